"""Answers the grader's questions from inside the learner's kernel.

This module runs where the learner's code runs and can be tampered with in any way. That is meant
to be harmless: whatever it answers, the grader reads it as plain data, and a wrong answer only
loses points.
"""

from __future__ import annotations

import os
import types
from pathlib import Path
from typing import Any

from coursekit.grading.values import NotPlainDataError, decode, encode
from coursekit.workspace import Workspace

_LONGEST = 2000


def serve(request: str, reply: str) -> None:
    """Answer the question in file ``request`` through file ``reply``.

    A question is ``("resolve", name)`` or ``("call", name, args, kwargs)``; :func:`answer` says
    what comes back.
    """
    question = decode(Path(request).read_bytes())
    os.unlink(request)
    try:
        data = encode(answer(_names(), *question))
    except NotPlainDataError as error:
        data = encode(("refused", str(error)))
    draft = f"{reply}.part"
    Path(draft).write_bytes(data)
    os.replace(draft, reply)


def _names() -> dict[str, Any]:
    from IPython import get_ipython

    return dict(get_ipython().user_ns)


def answer(names: dict[str, Any], verb: str, name: str, *rest: Any) -> tuple[Any, ...]:
    """What the kernel has under ``name``, or what calling it gives.

    Returns:
        One of ``("data", value)``, ``("function", name)``, ``("workspace", name, path, seed)``,
        ``("opaque", type name)``, ``("missing",)``, ``("refused", why)``,
        ``("raised", names of the exception's types, message)``.
    """
    if name not in names:
        return ("missing",)
    value = names[name]
    if verb == "call":
        return _call(value, *rest)
    if isinstance(value, Workspace):
        return ("workspace", value.name, value.path, value.seed)
    try:
        encode(value)
    except NotPlainDataError as error:
        if callable(value):
            return ("function", str(getattr(value, "__name__", name)))
        kind = "module" if isinstance(value, types.ModuleType) else type(value).__name__
        return ("opaque", kind, str(error))
    return ("data", value)


def _call(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
    try:
        result = function(*args, **kwargs)
    # SystemExit and KeyboardInterrupt are answers like any other here.
    except BaseException as error:
        return ("raised", _types(error), _message(error))
    try:
        encode(result)
    except NotPlainDataError as error:
        return ("refused", f"the result is not plain data: {error}")
    return ("data", result)


def _types(error: BaseException) -> list[str]:
    return [f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__]


def _message(error: BaseException) -> str:
    # The text of a KeyError is the repr of its key.
    if isinstance(error, KeyError) and len(error.args) == 1 and type(error.args[0]) is str:
        return error.args[0][:_LONGEST]
    try:
        return str(error)[:_LONGEST]
    except Exception:
        return ""
