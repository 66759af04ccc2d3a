"""Outputs of a learner's cell, made safe to keep: bounded, well-formed, and text that can be saved."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Literal

from nbformat.v4 import output_from_msg
from nbformat.v4.nbbase import validate

from grader import cell_errors

_TYPES = ("stream", "display_data", "execute_result", "error")
_MOST = 500
_NOTE = "\n… the rest of the output was cut off\n"


class Collector:
    """Takes in messages of one cell until they reach ``limit`` bytes."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self.outputs: list[dict[str, Any]] = []
        self.status: Literal["ok", "error"] = "ok"

    def take(self, message: dict[str, Any]) -> None:
        """Add an output; messages that hold none, or a damaged one, are passed over."""
        with suppress(Exception):  # a kernel can send anything
            self._add(message)

    def _add(self, message: dict[str, Any]) -> None:
        kind = message["header"]["msg_type"]
        if kind == "error":
            self.status = "error"
        if kind == "clear_output":
            self.outputs.clear()
            return
        if kind not in _TYPES or self.size >= self.limit:
            return
        output = _clean(dict(output_from_msg(message)))
        if output.get("ename") in cell_errors.ALL:
            output["ename"] += " (raised by the notebook)"
        size = _size(output)
        if self.size + size > self.limit or len(self.outputs) >= _MOST:
            output = self._shortened(output, self.limit - self.size)
            size = self.limit
        self.size += size
        last = self.outputs[-1] if self.outputs else {}
        if kind == "stream" and last.get("name") == output["name"]:
            last["text"] += output["text"]
            return
        validate(_node(output), ref="output")
        self.outputs.append(output)

    def _shortened(self, output: dict[str, Any], left: int) -> dict[str, Any]:
        if output["output_type"] == "stream":
            return output | {"text": output["text"][:left] + _NOTE}
        return {"output_type": "stream", "name": "stdout", "text": _NOTE}


def _node(output: dict[str, Any]) -> Any:
    from nbformat import from_dict

    return from_dict(output)


def _clean(value: Any) -> Any:
    """The same with text that UTF-8 can hold: lone surrogates would spoil the saved notebook."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_clean(str(key)): _clean(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_clean(item) for item in value]
    return value


def _size(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(_size(key) + _size(item) for key, item in value.items())
    if isinstance(value, list):
        return sum(map(_size, value)) + len(value)
    return 8
