"""How much data may cross between the two processes; both sides hold to it.

A message that is small can stand for something very large: a range, an array without elements, a
number written with an exponent. Such things are bounded by what a test would make of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from grader.exceptions import NotPlainDataError

MAX_BYTES = 64 * 2**20
#: Of the JSON part of a message: once it is read, it takes up to thirty times as much.
MAX_JSON = 32 * 2**20
#: Lists, numbers and strings in the JSON part; each takes about a hundred bytes once it is read.
MAX_NODES = 2_000_000
#: Values in values. On the wire each takes up to two levels.
MAX_DEPTH = 50
#: Rows of a table, steps of a range, elements of an array had it no empty dimension.
MAX_LENGTH = 50_000_000
MAX_COLUMNS = 100_000
#: Python itself refuses to print an integer with more than 4300 digits.
MAX_INTEGER_BITS = 100_000
MAX_DECIMAL_DIGITS = 10_000


def damaged() -> NotPlainDataError:
    """What there is to say about bytes that no honest process has written."""
    return NotPlainDataError("the answer is damaged")


def check_length(length: int, what: str) -> None:
    """Raises NotPlainDataError for more than a test could go through."""
    if length > MAX_LENGTH:
        raise NotPlainDataError(f"it holds {what} with more than {MAX_LENGTH:,} elements")


def check_shape(shape: Sequence[int]) -> None:
    """Raises NotPlainDataError also for an array that is empty and would be too large otherwise."""
    check_length(math.prod(max(1, size) for size in shape), "an array")


def check_integer(value: int) -> None:
    if value.bit_length() > MAX_INTEGER_BITS:
        raise NotPlainDataError(f"it holds an integer of more than {MAX_INTEGER_BITS:,} bits")


def check_range(limits: range) -> None:
    # len() fails for a range that is longer than the machine can count.
    if limits:
        check_length((limits[-1] - limits[0]) // limits.step + 1, "a range")
