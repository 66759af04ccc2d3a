"""Parameters of a notebook as a person types them: ``name=value``."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path
from typing import Any

#: Types of defaults that can be typed, and what they are called.
_KINDS: dict[type, str] = {
    bool: "True or False",
    int: "a whole number",
    float: "a number",
    str: "text",
}


class ParameterError(ValueError):
    """A notebook does not take what was typed; the message says what it takes."""


def settings_for(notebook: Path, words: Sequence[str]) -> dict[str, Any]:
    """The parameters that ``words`` set, each of the type that its default in the notebook has.

    Values are converted as papermill's command line does: whole numbers, numbers, True, False, None.
    A parameter whose default is a text stays the text that was typed.

    Raises:
        ParameterError: a word is not ``name=value``, the notebook has no such parameter, or one of
            another type.
    """
    defaults = _defaults(notebook) if words else {}
    settings = {}
    for word in words:
        name, sign, text = word.partition("=")
        if not sign:
            raise ParameterError(f"Write name=value, not {word!r}.")
        if not defaults:
            raise ParameterError(f"{notebook.name} takes no parameters.")
        if name not in defaults:
            known = ", ".join(f"{known}={value!r}" for known, value in defaults.items())
            raise ParameterError(f"{notebook.name} has no parameter {name!r}; it has {known}.")
        settings[name] = _converted(name, text, defaults[name])
    return settings


def papermill_path(path: Path) -> str:
    """A path as papermill takes it: it replaces what stands in braces by parameters."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _defaults(notebook: Path) -> dict[str, object]:
    """The parameters of the cell tagged so; a default that is no plain value counts as None."""
    from papermill import inspect_notebook

    found = inspect_notebook(papermill_path(notebook))
    return {name: _literal(entry["default"]) for name, entry in found.items()}


def _literal(text: str) -> object:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return None


def _converted(name: str, text: str, default: object) -> object:
    if isinstance(default, str):
        return text
    value = _as_papermill_does(text)
    kind = type(default)
    if default is None or type(value) is kind or (kind is float and type(value) is int):
        return value
    wanted = _KINDS.get(kind)
    if wanted is None:
        raise ParameterError(f"{name} is {default!r} in the notebook: set it there.")
    raise ParameterError(f"{name} is {wanted} ({default!r} in the notebook), not {text!r}.")


def _as_papermill_does(text: str) -> object:
    if text in ("True", "False", "None"):
        return {"True": True, "False": False, "None": None}[text]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
