"""The chain of conditional models behind the customer table, and how to draw from it.

Tenure is drawn first, from its histogram; then one column after another, each from a logistic
model given the columns before it. A column with more than two values is a sequence of yes/no
decisions ("month-to-month?", and if not, "two years?"). The log odds of a decision are a sum of
table look-ups, one per term: ``("Contract", "tenure")`` is a table with a cell for each contract
and tenure. Along tenure the tables are linear between :data:`KNOTS`.

Drawing works in whole numbers (log odds in thousandths, probabilities in 2**-32), so that the
same random bits give the same customers on every platform: no sum depends on the order in which
a processor adds.

:mod:`churn.calibration.fit` fits the tables and writes them to ``calibration.json``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from churn.schema import ADD_ONS, ALLOWED, MAX_TENURE
from churn.simulator.codes import DSL, FIBER, MILLI

TENURE = "tenure"
#: Months between which an effect of tenure is linear.
KNOTS = (0, 1, 2, 4, 7, 12, 18, 24, 36, 48, 60, 66, 71, 72)
_LIMIT = 15 * MILLI

Term = tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """One column of the chain.

    ``order`` lists its codes in the order they are decided (the last is what remains).
    ``only_if`` names a column and the codes of it for which the decision is open at all;
    for the others the value is ``otherwise``.
    """

    name: str
    order: tuple[int, ...]
    terms: tuple[Term, ...]
    only_if: tuple[str, tuple[int, ...]] | None = None
    otherwise: int = 0

    def open_rows(self, codes: Mapping[str, NDArray[Any]]) -> NDArray[np.bool_] | None:
        """Rows (mask) for which the column is a decision; None when it is one for all."""
        if self.only_if is None:
            return None
        name, allowed = self.only_if
        return np.isin(codes[name], allowed)


@dataclass(frozen=True)
class Table:
    """The log odds of one decision: intercept and one flat table per term, in 1/MILLI."""

    intercept: int
    terms: dict[Term, NDArray[np.int32]]


def _given(*earlier: str, by: tuple[str, ...] = ()) -> tuple[Term, ...]:
    """A term for tenure and each earlier column, and their interactions with those in ``by``."""
    pairs = tuple((a, b) for b in by for a in earlier if a not in by)
    return ((TENURE,), *((name,) for name in earlier), *pairs)


_HOUSEHOLD = ("SeniorCitizen", "Partner", "Dependents")
_NET = (DSL, FIBER)


def _columns() -> Iterator[Column]:
    """The chain in drawing order; ``order`` and ``otherwise`` are codes of ``schema.ALLOWED``."""
    yield Column("gender", (1, 0), ())
    yield Column("SeniorCitizen", (1, 0), _given())
    yield Column("Partner", (1, 0), _given("SeniorCitizen", by=(TENURE,)))
    both = ("SeniorCitizen", "Partner")
    yield Column("Dependents", (1, 0), (*_given(*both, by=(TENURE,)), both))
    known: tuple[str, ...] = _HOUSEHOLD
    yield Column("InternetService", (2, 1, 0), _given(*known, by=(TENURE,)))
    internet = ("InternetService", TENURE)
    yield Column("Contract", (0, 2, 1), _given(*known, "InternetService", by=(TENURE,)))
    known = (*known, "InternetService", "Contract")
    yield Column("PhoneService", (0, 1), _given(*known), ("InternetService", (0,)), 1)
    yield Column("MultipleLines", (1, 0), _given(*known, by=internet), ("PhoneService", (1,)), 2)
    known = (*known, "MultipleLines")
    for name in ADD_ONS:
        terms = _given(*known, by=internet)
        yield Column(name, (1, 0), terms, ("InternetService", _NET), 2)
        known = (*known, name)
    yield Column("PaperlessBilling", (1, 0), _given(*known, by=internet))
    known = (*known, "PaperlessBilling")
    yield Column("PaymentMethod", (0, 1, 2, 3), _given(*known, by=internet))
    known = (*known, "PaymentMethod")
    contract = (("Contract", TENURE), ("Contract", "InternetService"))
    yield Column(
        "Churn", (1, 0), (*_given(*known, by=internet[:1]), ("InternetService", TENURE), *contract)
    )


COLUMNS: dict[str, Column] = {column.name: column for column in _columns()}


def levels(factor: str) -> int:
    """How many values a factor has in a full table (73 for tenure)."""
    return MAX_TENURE + 1 if factor == TENURE else len(ALLOWED[factor])


def cells(term: Term, codes: Mapping[str, NDArray[Any]]) -> NDArray[np.intp]:
    """Flat position of every row in the full table of ``term``."""
    position = codes[term[0]].astype(np.intp)
    for factor in term[1:]:
        position *= levels(factor)
        position += codes[factor]
    return position


def log_odds(table: Table, codes: Mapping[str, NDArray[Any]], n: int) -> NDArray[np.int32]:
    """Log odds of a decision for every row, in 1/MILLI; shape ``(n,)``."""
    total = np.full(n, table.intercept, dtype=np.int32)
    for term, values in table.terms.items():
        total += values[cells(term, codes)]
    return total


def draw_column(
    column: Column, codes: Mapping[str, NDArray[Any]], n: int, rng: np.random.Generator
) -> NDArray[np.int8]:
    """Codes of ``column`` for ``n`` customers, given the columns before it."""
    drawn = np.full(n, column.order[-1], dtype=np.int8)
    tables = calibration().decisions[column.name]
    # From the last decision to the first, so that an earlier "yes" has the last word.
    for code, table in reversed(list(zip(column.order, tables, strict=False))):
        drawn[happens(log_odds(table, codes, n), rng)] = code
    is_open = column.open_rows(codes)
    if is_open is not None:
        drawn[~is_open] = column.otherwise
    return drawn


def happens(milli_log_odds: NDArray[np.int32], rng: np.random.Generator) -> NDArray[np.bool_]:
    """One yes/no draw per row with the given log odds (in 1/MILLI)."""
    bits = rng.integers(0, 2**32, size=len(milli_log_odds), dtype=np.uint32)
    return bits < _thresholds()[np.clip(milli_log_odds, -_LIMIT, _LIMIT) + _LIMIT]


@cache
def _thresholds() -> NDArray[np.uint32]:
    """The logistic function at every representable log odds, as a share of 2**32."""
    log_odds_grid = np.arange(-_LIMIT, _LIMIT + 1) / MILLI
    return np.rint(2.0**32 / (1.0 + np.exp(-log_odds_grid))).astype(np.uint32)


@dataclass(frozen=True)
class Calibration:
    """The fitted numbers, expanded for drawing (see ``calibration.json``)."""

    #: Upper bounds, as shares of 2**32, of each month's part of the unit interval.
    tenure_bounds: NDArray[np.uint64]
    decisions: dict[str, tuple[Table, ...]]
    price_deviation: float
    total_deviation: float


@cache
def calibration() -> Calibration:
    """The committed calibration, read once."""
    text = files("churn.simulator").joinpath("calibration.json").read_text(encoding="utf-8")
    return expand(json.loads(text))


def expand(raw: Mapping[str, Any]) -> Calibration:
    """Make drawing tables from the content of ``calibration.json``."""
    shares = np.cumsum(np.asarray(raw["tenure"], dtype=np.uint64))
    bounds = shares * np.uint64(2**32) // shares[-1]
    decisions = {
        name: tuple(_expand_decision(decision) for decision in raw["decisions"][name])
        for name in COLUMNS
    }
    return Calibration(bounds, decisions, raw["price_deviation"], raw["total_deviation"])


def _expand_decision(raw: Mapping[str, Any]) -> Table:
    terms = {}
    for key, values in raw["terms"].items():
        term = tuple(key.split("*"))
        terms[term] = _along_tenure(values) if TENURE in term else np.asarray(values, np.int32)
    return Table(raw["intercept"], terms)


def _along_tenure(values: list[int]) -> NDArray[np.int32]:
    """From values at the knots (tenure varies fastest) to values at every month, linearly."""
    at_knots = np.asarray(values, dtype=np.int64).reshape(-1, len(KNOTS))
    knots = np.asarray(KNOTS)
    month = np.arange(MAX_TENURE + 1)
    left = np.clip(np.searchsorted(knots, month, side="right") - 1, 0, len(KNOTS) - 2)
    width = knots[left + 1] - knots[left]
    done = month - knots[left]
    between = at_knots[:, left] * (width - done) + at_knots[:, left + 1] * done
    return (between // width).astype(np.int32).ravel()
