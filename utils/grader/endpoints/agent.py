"""Answers the grader's questions from inside the learner's kernel.

This module runs where the learner's code runs and can be tampered with in any way. That is meant
to be harmless: whatever it answers, the grader reads it as plain data, and a wrong answer only
loses points.
"""

from __future__ import annotations

import socket
import types
from typing import Any

from coursekit.fresh_process import call_elsewhere
from coursekit.workspace import Workspace
from grader.exceptions import ConnectionClosedError, NotPlainDataError
from grader.wire.codec import MAX_BYTES, decode, encode
from grader.wire.framing import receive, send

_LONGEST = 2000


def serve(place: str) -> None:
    """Answer questions on the socket ``place`` until the grader hangs up.

    A question is ``("resolve", name)``, ``("call", name, args, kwargs, deleted)`` or the same with
    ``"watch"``, which also asks for the arguments that the call changes, or ``"elsewhere"``, which
    has the call made in a new process; :func:`answer` says what comes back.
    """
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(place)
        while True:
            try:
                question = decode(receive(connection, MAX_BYTES + 8))
            except ConnectionClosedError:
                return
            send(connection, answer(_names(), *question))


def _names() -> dict[str, Any]:
    from IPython import get_ipython

    names: dict[str, Any] = get_ipython().user_ns
    return names


def answer(names: dict[str, Any], verb: str, name: str, *rest: Any) -> bytes:
    """What the kernel has under ``name``, or what calling it gives.

    Returns:
        One of these, encoded: ``("data", value)``, ``("function", name)``,
        ``("workspace", name, path, seed)``, ``("opaque", type name, why)``, ``("missing",)``,
        ``("refused", why)``, ``("raised", names of the exception's types, message)``,
        ``("watched", places of the changed arguments, one of these)``.
    """
    if name not in names:
        return encode(("missing",))
    value = names[name]
    if verb in _CALLS:
        args, kwargs, deleted = rest
        taken = {name: names.pop(name) for name in deleted if name in names}
        try:
            return _CALLS[verb](value, args, kwargs)
        finally:
            names.update(taken)
    if isinstance(value, Workspace):
        return encode(("workspace", value.name, value.path, value.seed))
    try:
        return encode(("data", value))
    except NotPlainDataError as error:
        if callable(value):
            return encode(("function", str(getattr(value, "__name__", name))))
        kind = "module" if isinstance(value, types.ModuleType) else type(value).__name__
        return encode(("opaque", kind, str(error)))


def _call(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bytes:
    try:
        result = function(*args, **kwargs)
    # SystemExit and KeyboardInterrupt are answers like any other here.
    except BaseException as error:
        return encode(("raised", _types(error), _message(error)))
    try:
        return encode(("data", result))
    except NotPlainDataError as error:
        return encode(("refused", f"the result is not plain data: {error}"))


def _watch(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bytes:
    before = [_encoded(value) for value in args]
    called = _call(function, args, kwargs)
    changed = [place for place, value in enumerate(args) if _encoded(value) != before[place]]
    return encode(("watched", changed, called))


def _elsewhere(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bytes:
    return _call(call_elsewhere, (function, *args), kwargs)


_CALLS = {"call": _call, "watch": _watch, "elsewhere": _elsewhere}


def _encoded(value: Any) -> bytes:
    try:
        return encode(value)
    except NotPlainDataError:  # which the arguments are not before the call
        return b""


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
