"""What the test cells of a lab are written with.

A check either passes silently or raises :class:`CheckFailed` with one line in the words of the
task. A :class:`Rubric` runs several named checks, prints one ✔ or ✘ line for each, and returns
the points earned, which nbgrader records when it is the last value of the test cell::

    rubric = Rubric(points=3)
    with rubric.check("995 yellow and 5 blue ducks"):
        close(probability_blue(0.005, 0.99, 0.99), 0.3322, "the probability", rel=1e-3)
    rubric.total()

The learner's functions may live in another process: all that arrives here is plain data (numbers,
strings, lists, dicts, NumPy arrays, pandas tables), and only plain data is looked at. An object
of any other type is refused before it is compared, so that it cannot decide the comparison.
"""

from __future__ import annotations

import contextlib
import copy
import math
import os
import sys
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, NoReturn

import numpy as np
import pandas as pd

from coursekit.fresh_process import call_elsewhere

_LONGEST = 160
#: The standard library's kinds of dict; to the grader they come as plain ones.
_DICTS = (dict, defaultdict, OrderedDict, Counter)


class CheckFailed(AssertionError):  # noqa: N818 - said to learners, not to programmers
    """An answer is not right; the message is one line that a learner can act on."""


def fail(message: str) -> NoReturn:
    """Raise :class:`CheckFailed` with ``message`` as one line."""
    # "from None" keeps the learner's screen free of the machinery's own exceptions.
    raise CheckFailed(_one_line(message)) from None


def expect(condition: object, message: str) -> None:
    """Fail with ``message`` unless ``condition`` is the plain truth value True.

    Anything but a Python or NumPy bool is refused, so that a non-empty object, or one with a
    truth value of its own making, does not pass for "yes".
    """
    if type(condition) not in (bool, np.bool_):
        fail(f"{message} (expected True or False, got {describe(condition)})")
    if not condition:
        fail(message)


def is_number(value: object) -> bool:
    """Whether ``value`` is one finite real number.

    NumPy's scalars and decimal numbers count; bool and NaN do not.
    """
    plain = _scalar(value)
    return type(plain) in (int, float) and _finite(plain)


def is_integer(value: object) -> bool:
    """Whether ``value`` is a whole number stored as an integer (Python's or NumPy's)."""
    return type(_scalar(value)) is int


def number(value: object, what: str, finite: bool = True) -> float:
    """``value`` as a float; fails unless it is one real number, and not NaN.

    Args:
        value: the answer.
        what: its name in the message.
        finite: whether infinity is refused as well.
    """
    plain = _scalar(value)
    if type(plain) not in (int, float):
        fail(f"{what} should be one number, got {describe(value)}")
    if plain != plain or (finite and not _finite(plain)):
        fail(f"{what} should be a finite number, got {_short(plain)}")
    return float(plain)


def close(value: object, expected: float, what: str, rel: float = 1e-6, atol: float = 1e-9) -> None:
    """Fail unless ``value`` is one number within ``rel`` (relative) or ``atol`` of ``expected``.

    Args:
        value: the answer.
        expected: the right answer.
        what: its name in the message, e.g. ``"the churn rate"``.
        rel: relative tolerance.
        atol: absolute tolerance, in the unit of the answer.
    """
    got = number(value, what)
    if not math.isclose(got, expected, rel_tol=rel, abs_tol=atol):
        fail(f"{what} should be {_short(expected)}, got {_short(got)}")


def between(value: object, low: float, high: float, what: str) -> None:
    """Fail unless ``value`` is one number with ``low`` <= ``value`` <= ``high``."""
    got = number(value, what)
    if not low <= got <= high:
        fail(f"{what} should lie between {_short(low)} and {_short(high)}, got {_short(got)}")


def same(value: object, expected: Any, what: str, rel: float = 1e-6, atol: float = 1e-9) -> None:
    """Fail unless plain data ``value`` equals ``expected``, numbers within tolerance.

    ``expected`` is made of numbers, strings, bools, None, lists and dicts, nested as you like.
    Where it has a list, a tuple, NumPy array or pandas Series is as good. The message names the
    first place that differs.
    """
    if isinstance(expected, dict):
        has_keys(value, list(expected), what)
        for key, wanted in expected.items():
            same(value[key], wanted, f"{what}[{key!r}]", rel, atol)  # type: ignore[index]
    elif isinstance(expected, list | tuple):
        items = as_list(value, what)
        if len(items) != len(expected):
            count = "1 entry" if len(expected) == 1 else f"{len(expected)} entries"
            fail(f"{what} should have {count}, got {len(items)}")
        for place, wanted in enumerate(expected):
            same(items[place], wanted, f"{what}[{place}]", rel, atol)
    elif isinstance(expected, int | float) and not isinstance(expected, bool):
        close(value, expected, what, rel, atol)
    else:
        plain = _scalar(value)
        if type(plain) is not type(expected) or plain != expected:
            fail(f"{what} should be {expected!r}, got {describe(value)}")


def has_keys(value: object, keys: list[str], what: str) -> None:
    """Fail unless ``value`` is a dict with exactly these keys, in any order."""
    if type(value) not in _DICTS:
        fail(f"{what} should be a dict, got {describe(value)}")
    missing = [repr(key) for key in keys if key not in value]  # type: ignore[operator]
    extra = [describe(key) for key in value if key not in keys]  # type: ignore[attr-defined]
    if missing:
        fail(f"{what} lacks {', '.join(missing)}")
    if extra:
        fail(f"{what} has {', '.join(extra)}, which was not asked for")


def as_list(value: object, what: str) -> list[Any]:
    """A list, tuple, one-dimensional array or Series as a list of its entries; fails otherwise."""
    if type(value) in (list, tuple):
        return list(value)  # type: ignore[call-overload]
    if type(value) in (np.ndarray, pd.Series, pd.Index) and value.ndim == 1:  # type: ignore[attr-defined]
        return value.tolist()  # type: ignore[attr-defined]
    fail(f"{what} should be a list, got {describe(value)}")


def table_equals(
    table: object, expected: pd.DataFrame, what: str, rel: float = 1e-6, ordered: bool = True
) -> None:
    """Fail unless ``table`` has the columns and rows of ``expected``, numbers within ``rel``.

    The index and the order of the columns do not count; the order of the rows only if
    ``ordered``. Missing values are equal to each other.
    """
    if type(table) is not pd.DataFrame:
        fail(f"{what} should be a pandas DataFrame, got {describe(table)}")
    missing = [str(name) for name in expected.columns if name not in table.columns]
    extra = [str(name) for name in table.columns if name not in expected.columns]
    if missing or extra:
        parts = [f"lacks column(s) {', '.join(missing)}"] if missing else []
        parts += [f"has unknown column(s) {', '.join(extra)}"] if extra else []
        fail(f"{what} {' and '.join(parts)}")
    if len(table) != len(expected):
        fail(f"{what} should have {len(expected)} rows, got {len(table)}")
    names = list(expected.columns)
    left, right = table[names], expected[names]
    if not ordered:
        left, right = (part.sort_values(names, key=_sort_key) for part in (left, right))
    for name in names:
        _column_equals(left[name], right[name], f"column {name} of {what}", rel)


def untouched(function: Callable[..., Any], *args: Any) -> Any:
    """What ``function(*args)`` returns; fails if the function changed one of its arguments.

    A function in another process gets copies. Its stand-in here has a method ``watched``, which
    calls it and says which arguments were changed over there.
    """
    watched = getattr(function, "watched", None)
    if watched is None:
        before = copy.deepcopy(args)
        result = function(*args)
        changed = [place for place, old in enumerate(before) if not _as_before(args[place], old)]
    else:
        result, changed = watched(*args)
    if changed:
        which = ("first", "second", "third", "fourth", "fifth")[changed[0]]
        fail(f"your function changes what it is given as its {which} argument: work on a copy")
    return result


def elsewhere(function: Callable[..., Any], *args: Any) -> Any:
    """What ``function(*args)`` returns in a new process, in which texts have other hashes.

    A draw from a set of texts, or one with a ``hash()``, comes out otherwise there. The call starts a
    Python: one for a task is enough. A function in another process has a stand-in with a method of
    the same name, which has the new process started over there.
    """
    there = getattr(function, "elsewhere", None)
    return call_elsewhere(function, *args) if there is None else there(*args)


def _as_before(value: Any, old: Any) -> bool:
    if type(value) is not type(old):
        return False
    if isinstance(old, pd.DataFrame | pd.Series):
        return bool(value.equals(old) and value.index.equals(old.index))
    if isinstance(old, np.ndarray):
        return np.array_equal(value, old, equal_nan=old.dtype.kind == "f")
    return bool(value == old)


_NONE = "None (does the function return something, did a cell above raise an error?)"


def turn(passed: object, right: str, hint: str) -> None:
    """Print whether a lesson's *Your turn* cell has been changed as asked.

    Args:
        passed: whether it has; a plain bool.
        right: one line, printed after ``✔`` if it has.
        hint: one line, printed after ``…`` if it has not: what is found now and what is wanted.
    """
    done = type(passed) in (bool, np.bool_) and bool(passed)
    print(f"✔ {right}" if done else f"… {hint}")


def describe(value: object) -> str:
    """``value`` in at most one short line, without running code of an unknown type."""
    if _missing(value):
        return _NONE if value is None else "a missing value"
    if type(value) is np.ndarray:
        return f"an array of shape {value.shape}"
    if type(value) is pd.DataFrame or type(value) is pd.Series:
        return f"a {type(value).__name__} of shape {value.shape}"
    plain = _scalar(value)
    if type(plain) in (bool, int, float, str):
        return f"{_short(plain)} ({type(plain).__name__})"
    if type(plain) in (list, tuple, set, *_DICTS):
        return f"a {type(plain).__name__} of {len(plain)}"
    return f"an object of type {_one_line(type(value).__name__)}"


class Rubric:
    """Named checks with weights that share the points of one test cell.

    The points are divided among the checks that the cell holds, so a cell whose hidden checks
    were removed still gives full points when the visible ones pass.
    """

    def __init__(self, points: float) -> None:
        """``points``: what the test cell is worth, as in its nbgrader metadata."""
        if not (is_number(points) and points > 0):
            raise ValueError(f"a rubric needs a positive number of points, not {points!r}")
        self.points = float(points)
        self._weights: list[tuple[float, bool]] = []
        self._failures: list[str] = []

    @contextlib.contextmanager
    def check(self, name: str, weight: float = 1.0) -> Iterator[None]:
        """Run the body of a ``with`` as the check ``name``; whatever it raises is its failure.

        What the body writes to stderr (a warning, say) goes to stdout, because nbgrader scores
        a test cell with anything on stderr as 0. An interrupt is passed on.
        """
        problem = None
        try:
            with contextlib.redirect_stderr(sys.stdout):
                yield
        except (Exception, SystemExit) as error:
            problem = _explain(error)
        self._weights.append((weight, problem is None))
        line = f"✔ {name}" if problem is None else f"✘ {name}: {problem}"
        self._failures += [] if problem is None else [line]
        print(line)

    def total(self) -> float:
        """Print how many checks passed and return the points earned, rounded to 0.01.

        Raises:
            ValueError: if there was no check.
        """
        whole = sum(weight for weight, _ in self._weights)
        if whole <= 0:
            raise ValueError("a rubric without checks cannot give points")
        earned = sum(weight for weight, passed in self._weights if passed)
        passed = sum(passed for _, passed in self._weights)
        print(f"{passed} of {len(self._weights)} checks passed")
        if passed == len(self._weights):
            return self.points
        if "NBGRADER_VALIDATING" in os.environ:
            # Of a failed test the Validate dialog shows what is on stderr, or no reason at all.
            print(*self._failures, sep="\n", file=sys.stderr)
        # Rounding must not turn a nearly right answer into a right one.
        return min(round(self.points * earned / whole, 2), self.points - 0.01)


def _explain(error: BaseException) -> str:
    if isinstance(error, CheckFailed):
        return str(error)
    if isinstance(error, NotImplementedError):
        return "nothing is written here yet"
    if isinstance(error, NameError) and error.name:
        return f"`{error.name}` is not defined: run the cell that defines it first"
    kind = type(error).__name__
    try:
        text = str(error)
    except Exception:
        text = ""
    return _one_line(f"your code raised {kind}: {text}" if text else f"your code raised {kind}")


def _scalar(value: object) -> Any:
    """One number of NumPy's or a decimal one as Python's own; anything else as it is."""
    if type(value) is Decimal:
        return math.nan if value.is_nan() else float(value)
    if isinstance(value, np.generic) and type(value).__module__ == "numpy":
        return value.item()
    if type(value) is np.ndarray and value.ndim == 0:
        return value.item()
    return value


def _finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:  # an integer beyond the range of floats
        return False


def _column_equals(left: pd.Series, right: pd.Series, what: str, rel: float) -> None:
    for row, (got, wanted) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        if _missing(got) and _missing(wanted):
            continue
        if _missing(got) or _missing(wanted):
            fail(f"{what}, row {row}: should be {describe(wanted)}, got {describe(got)}")
        same(got, wanted, f"{what}, row {row}:", rel)


def _missing(value: object) -> bool:
    return (
        value is None
        or value is pd.NA
        or value is pd.NaT
        or (type(value) is float and value != value)
    )


def _sort_key(column: pd.Series) -> pd.Series:
    # Rounded text orders mixed and missing values, and puts nearly equal numbers together.
    return column.map(lambda value: f"{value:020.6f}" if is_number(value) else str(value))


def _short(value: object) -> str:
    text = f"{value:.6g}" if type(value) is float else repr(value)
    return _one_line(text)


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
