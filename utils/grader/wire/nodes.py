"""The nodes of a message's JSON document: what stands for a value there, and its buffers.

:class:`Writer` makes nodes and :class:`Reader` values. Both are told which kinds of value there are
(:mod:`grader.wire.codec` has the list), so that a kind can be written with their help.
"""

from __future__ import annotations

import decimal
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from grader.exceptions import NotPlainDataError
from grader.wire.size_limits import (
    MAX_BYTES,
    MAX_DECIMAL_DIGITS,
    MAX_DEPTH,
    MAX_INTEGER_BITS,
    MAX_NODES,
    check_integer,
    check_range,
    check_shape,
    damaged,
)

_BUFFERS = "biufcmMUS"  # kinds of dtype that are nothing but their bytes
_SHORT = 200  # characters of a string that stays in the JSON document

#: Types, and what makes a node of a value of one of them at a depth. The first that fits writes.
Kinds = Sequence[tuple[Any, "Callable[[Writer, Any, int], Any]"]]
#: What makes a value of the rest of a node, by the tag that the node begins with.
Tags = Mapping[str, Callable[..., Any]]


class Writer:
    """Makes nodes for the JSON document of a message, and collects its buffers."""

    def __init__(self, max_bytes: int, kinds: Kinds) -> None:
        self.buffers: list[bytes] = []
        self.size = 0
        self.nodes = 0
        self.max_bytes = max_bytes
        self.kinds = kinds

    def node(self, value: Any, depth: int) -> Any:
        """What stands for a value: itself, if JSON has it, or a list that begins with a tag."""
        self.nodes += 1
        if depth > MAX_DEPTH:
            raise NotPlainDataError("it is nested too deeply or holds itself")
        if self.nodes > MAX_NODES:
            raise NotPlainDataError(f"it has more than {MAX_NODES:,} entries")
        exact = type(value)
        if value is None or exact is bool:
            return value
        if exact is str:
            # JSON would join two halves of a surrogate pair into one character.
            if len(value) > _SHORT or _has_surrogates(value):
                self.check_size(len(value))
                return ["u", self.buffer(value.encode("utf-8", "surrogatepass"))]
            return value
        if exact is int:
            check_integer(value)
            return value if abs(value) < 2**63 else ["i", hex(value)]
        if exact is float:
            return value if math.isfinite(value) else ["f", repr(value)]
        for types, write in self.kinds:
            if isinstance(value, types):
                return write(self, value, depth + 1)
        raise NotPlainDataError(f"it holds an object of type {exact.__name__}")

    def check_size(self, more: int) -> None:
        """Raises NotPlainDataError if so many bytes more would be too many."""
        if self.size + more > self.max_bytes:
            raise NotPlainDataError(f"it is larger than {self.max_bytes // 2**20} MB")

    def buffer(self, data: bytes) -> int:
        """The number of a new buffer."""
        self.check_size(len(data))
        self.size += len(data)
        self.buffers.append(data)
        return len(self.buffers) - 1

    def items(self, values: Any, depth: int) -> list[Any]:
        return [self.node(value, depth) for value in values]

    def array(self, value: np.ndarray, depth: int) -> list[Any]:
        # Before it is copied: an array can have fewer bytes in memory than elements.
        self.check_size(value.nbytes)
        check_shape(value.shape)
        if value.dtype.kind == "O":
            return ["ao", list(value.shape), self.items(value.ravel().tolist(), depth)]
        if value.dtype.kind not in _BUFFERS or value.dtype.names:
            raise NotPlainDataError(f"it holds an array of dtype {value.dtype}")
        return ["a", value.dtype.str, list(value.shape), self.buffer(value.tobytes())]

    def range(self, value: range) -> list[Any]:
        check_range(value)
        return ["r", value.start, value.stop, value.step]

    def decimal(self, value: decimal.Decimal) -> list[Any]:
        _check_decimal(value)
        return ["dc", str(value)]


def _has_surrogates(value: str) -> bool:
    return not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value)


def _check_decimal(value: decimal.Decimal) -> None:
    # A short one with a large exponent would be a number of that many digits.
    digits = len(value.as_tuple().digits)
    if value.is_finite() and max(digits, abs(value.adjusted())) > MAX_DECIMAL_DIGITS:
        raise NotPlainDataError(f"it holds a number of more than {MAX_DECIMAL_DIGITS:,} digits")


class Reader:
    """Makes values from the nodes of a JSON document and the buffers after it."""

    def __init__(
        self, data: bytes, start: int, sizes: list[int], root: Path | None, tags: Tags
    ) -> None:
        self.root = root
        self.tags = tags
        self.nodes = 0
        self.depth = 0
        self.buffers: list[memoryview | None] = []
        whole = memoryview(data)
        for size in sizes:
            if type(size) is not int or size < 0 or start + size > len(data):
                raise damaged()
            self.buffers.append(whole[start : start + size])
            start += size

    def buffer(self, number: int) -> memoryview:
        """A buffer, once: many values of one buffer would be a small message of great size."""
        found = self.buffers[number]
        if found is None:
            raise damaged()
        self.buffers[number] = None
        return found

    def value(self, node: Any) -> Any:
        self.nodes += 1
        if self.nodes > MAX_NODES or isinstance(node, dict):
            raise damaged()
        if not isinstance(node, list):
            return node
        # The names and labels of a table stand deeper here than where they were written.
        if self.depth > MAX_DEPTH + 5:
            raise damaged()
        self.depth += 1
        made = self.tags[node[0]](self, *node[1:])
        self.depth -= 1
        return made

    def items(self, nodes: list[Any]) -> list[Any]:
        return [self.value(node) for node in nodes]

    def array(self, dtype: str, shape: list[int], number: int) -> np.ndarray:
        kind = np.dtype(dtype)
        if kind.kind not in _BUFFERS or kind.names or kind.subdtype:
            raise damaged()
        self._check_shape(shape, kind.itemsize)
        flat = np.frombuffer(self.buffer(number), dtype=kind).copy()
        # Bytes that are no value of their kind would make NumPy's comparisons unpredictable.
        if (kind.kind == "b" and (flat.view("u1") > 1).any()) or (
            kind.kind == "U"
            and (flat.view(np.dtype("u4").newbyteorder(kind.byteorder)) > 0x10FFFF).any()
        ):
            raise damaged()
        return flat.reshape(shape)

    def objects(self, shape: list[int], nodes: list[Any]) -> np.ndarray:
        self._check_shape(shape)
        flat = np.empty(len(nodes), dtype=object)
        for place, node in enumerate(nodes):
            flat[place] = self.value(node)
        return flat.reshape(shape)

    def _check_shape(self, shape: list[int], itemsize: int = 8) -> None:
        if any(type(size) is not int or size < 0 for size in shape) or itemsize > MAX_BYTES:
            raise damaged()
        check_shape(shape)

    def text(self, number: int) -> str:
        return str(self.buffer(number), "utf-8", "surrogatepass")

    def integer(self, digits: str) -> int:
        if len(digits) > MAX_INTEGER_BITS // 4 + 4:
            raise damaged()
        return int(digits, 16)

    def range(self, start: int, stop: int, step: int) -> range:
        found = range(start, stop, step)
        check_range(found)
        return found

    def decimal(self, text: str) -> decimal.Decimal:
        value = decimal.Decimal(text)
        _check_decimal(value)
        return value

    def path(self, text: str) -> Path:
        path = Path(text)
        if self.root is not None and not path.resolve().is_relative_to(self.root.resolve()):
            raise NotPlainDataError("it is a path outside of the notebook's own folder")
        return path
