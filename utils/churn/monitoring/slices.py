"""For whom the model is worse, without taking the worst of many small groups for a finding.

    error = y - p                              # more left than was promised
    by_value(table, ["Contract"], error)       # sliced errors, each with its interval
    focused(table, training, cases, cost)      # of special cases, which training has seldom seen
    ranked = search(table, error)              # hundreds of slices, p-values that know of it
    found = worst_slice(table, error)          # one, measured on other customers; or None

``error`` is any figure per customer of which more is worse: squared error, dollars lost, or ``y - p``.
A slice is compared with all other customers, so a shift that hits everybody alike is no finding.
Whoever looks at hundreds of slices finds one that looks bad: errors are therefore dealt out to the
customers anew, many times, and a slice counts only if its distance is larger than the largest of
almost all of these deals (Westfall & Young, "Resampling-Based Multiple Testing", 1993, the
single-step maximum).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

#: Groups that a numeric column is cut into.
QUANTILES = 4

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Slice:
    """Customers with one value of a column, or of two.

    Attributes:
        conditions: column, value, column, value …; a numeric column's value is an interval.
    """

    conditions: tuple[tuple[str, object], ...]

    def __str__(self) -> str:
        return " and ".join(f"{column} = {value}" for column, value in self.conditions)


@dataclass(frozen=True)
class Finding:
    """A slice that is worse than the rest, and by how much.

    Attributes:
        where: the slice.
        p_value: of the search, with the number of slices taken into account.
        customers: of the slice, among those on whom it is measured.
        excess: mean error in the slice minus that of the others, on customers who played no part
            in the search; what it was found by would be too large.
        low, high: 95 % interval of ``excess``.
    """

    where: Slice
    p_value: float
    customers: int
    excess: float
    low: float
    high: float

    def __str__(self) -> str:
        return (
            f"{self.where}: {self.excess:+.3f} (95 %: {self.low:+.3f} to {self.high:+.3f}) "
            f"on {self.customers:,} other customers"
        )


def by_value(table: pd.DataFrame, columns: Sequence[str], error: ArrayLike) -> pd.DataFrame:
    """Mean error of each value of these columns, with a 95 % interval.

    No correction for how many there are: for slices that were named before anybody looked.

    Args:
        table: n customers; a numeric column with many values is cut into quarters.
        columns: one slice for each of their values (not for pairs).
        error: shape (n,).

    Returns:
        One row for each slice: ``slice``, ``customers``, ``error``, ``low``, ``high``.
    """
    errors = _errors(table, error)
    rows = []
    for where, inside in _values(table, columns):
        mean, size = errors[inside].mean(), int(inside.sum())
        margin = 1.96 * errors[inside].std(ddof=1) / np.sqrt(size) if size > 1 else np.nan
        rows.append((str(where), size, mean, mean - margin, mean + margin))
    return pd.DataFrame(rows, columns=["slice", "customers", "error", "low", "high"])


def focused(
    table: pd.DataFrame,
    training: pd.DataFrame,
    cases: Mapping[str, Callable[[pd.DataFrame], ArrayLike]],
    cost: ArrayLike,
) -> pd.DataFrame:
    """What errors cost in special cases: few in training, dear when wrong.

    For cases that somebody named beforehand, as :func:`by_value` for slices. They are small, so the
    interval is that of the customers and four more, two with the least cost that anybody has and two
    with the largest (for shares: Agresti & Coull, "Approximate is better than 'exact'", 1998): twenty
    customers without an error do not prove that there is none.

    Args:
        table: n customers.
        training: those whom the model was fitted on, with the same columns.
        cases: by its name what says of each row of a table whether it belongs to the case.
        cost: shape (n,), of each customer's error: 0 where the decision was right, and weighted by
            what the wrong one costs, which may be far more in one direction than in the other.

    Returns:
        One row for each case: ``case``, ``in_training`` (share of its rows), ``customers``,
        ``cost`` (mean of a customer, NaN without one), ``low``, ``high`` (95 %), ``share_of_cost``
        (of all customers' costs together).
    """
    costs = _errors(table, cost)
    least, most = costs.min(), costs.max()
    rows = []
    for name, belongs in cases.items():
        inside = costs[np.asarray(belongs(table), dtype=bool)]
        seen = np.asarray(belongs(training), dtype=bool).mean()
        more = np.concatenate([inside, [least, least, most, most]])
        # Of nobody, nothing is known.
        margin = 1.96 * more.std() / np.sqrt(len(more)) if len(inside) else np.inf
        rows.append((
            name, seen, len(inside), inside.mean() if len(inside) else np.nan,
            max(least, more.mean() - margin), min(most, more.mean() + margin),
            inside.sum() / costs.sum() if costs.sum() else 0.0,
        ))  # fmt: skip
    columns = ["case", "in_training", "customers", "cost", "low", "high", "share_of_cost"]
    return pd.DataFrame(rows, columns=columns)


def search(
    table: pd.DataFrame,
    error: ArrayLike,
    columns: Sequence[str] | None = None,
    min_size: int = 100,
    deals: int = 200,
    seed: int = 0,
) -> pd.DataFrame:
    """All slices of one or two values, the one that stands out most first.

    Args:
        table: n customers.
        error: shape (n,).
        columns: to slice by; all of the table if None.
        min_size: customers that a slice needs, and that must be left outside.
        deals: how often the errors are dealt out anew; p-values cannot be below 1 / (deals + 1).
        seed: of the deals.

    Returns:
        ``slice`` (a :class:`Slice`), ``customers``, ``excess`` (mean error minus that of the
        others), ``z`` (the same in standard errors), ``single_p`` (as if this had been the only
        slice) and ``p_value`` (for the whole search). Slices of the same customers are there once.

    Raises:
        ValueError: if the lengths differ or no slice is large enough.
    """
    errors = _errors(table, error)
    slices, member = _candidates(table, columns or list(table.columns), min_size)
    excess, z = _distances(member, errors[:, None])
    rng = np.random.default_rng(seed)
    dealt = rng.permuted(np.tile(errors, (deals, 1)), axis=1).T
    chance = _distances(member, dealt)[1]
    single = (1 + (chance >= z).sum(axis=1)) / (deals + 1)
    whole = (1 + (chance.max(axis=0)[None, :] >= z).sum(axis=1)) / (deals + 1)
    return pd.DataFrame(
        {
            "slice": slices,
            "customers": member.sum(axis=0).astype(int),
            "excess": excess[:, 0],
            "z": z[:, 0],
            "single_p": single,
            "p_value": whole,
        }
    ).sort_values("z", ascending=False, kind="stable", ignore_index=True)


def worst_slice(
    table: pd.DataFrame,
    error: ArrayLike,
    columns: Sequence[str] | None = None,
    min_size: int = 100,
    deals: int = 200,
    alpha: float = 0.05,
    seed: int = 0,
) -> Finding | None:
    """The worst slice, found on one half of the customers and measured on the other.

    Args:
        alpha: how often it may find one where there is none.

    The other arguments are those of :func:`search`; ``min_size`` counts in one half.

    Returns:
        None if no slice stands out by more than chance explains.

    Raises:
        ValueError: as :func:`search`.
    """
    errors = _errors(table, error)
    first = np.zeros(len(table), dtype=bool)
    first[np.random.default_rng(seed).permutation(len(table))[: len(table) // 2]] = True
    best = search(table[first], errors[first], columns, min_size, deals, seed).iloc[0]
    if best["p_value"] > alpha:
        return None
    inside = members(table, best["slice"])[~first]
    excess, z = _distances(inside[:, None].astype(np.float32), errors[~first][:, None])
    value = float(excess[0, 0])
    margin = 1.96 * abs(value / float(z[0, 0])) if value else 0.0
    return Finding(
        best["slice"], float(best["p_value"]), int(inside.sum()), value, value - margin, value + margin
    )  # fmt: skip


def members(table: pd.DataFrame, where: Slice) -> NDArray[np.bool_]:
    """Who of the table is in the slice, shape (n,)."""
    inside = np.ones(len(table), dtype=bool)
    for column, value in where.conditions:
        values = table[column]
        if isinstance(value, pd.Interval):
            inside &= ((values > value.left) & (values <= value.right)).to_numpy()
        else:
            inside &= (values == value).to_numpy()
    return inside


def _candidates(
    table: pd.DataFrame, columns: Sequence[str], min_size: int
) -> tuple[list[Slice], NDArray[np.float32]]:
    """Slices that are large enough, and their members as 0 and 1, shape (n, slices)."""
    single = list(_values(table, columns))
    both = (
        (Slice(a.conditions + b.conditions), one & other)
        for (a, one), (b, other) in combinations(single, 2)
        if a.conditions[0][0] != b.conditions[0][0]
    )
    kept: dict[bytes, tuple[Slice, NDArray[np.bool_]]] = {}
    for where, inside in (*single, *both):
        if min_size <= inside.sum() <= len(table) - min_size:
            kept.setdefault(np.packbits(inside).tobytes(), (where, inside))
    if not kept:
        raise ValueError(f"no slice of {len(table)} customers has at least {min_size} of them")
    slices = [where for where, _ in kept.values()]
    member = np.column_stack([inside for _, inside in kept.values()]).astype(np.float32)
    return slices, member


def _values(
    table: pd.DataFrame, columns: Sequence[str]
) -> Iterator[tuple[Slice, NDArray[np.bool_]]]:
    for column in columns:
        values = table[column]
        if pd.api.types.is_numeric_dtype(values) and values.nunique() > 2 * QUANTILES:
            values = pd.qcut(values, QUANTILES, duplicates="drop")
        for value in sorted(values.dropna().unique()):
            yield Slice(((column, value),)), (values == value).to_numpy()


def _distances(member: NDArray[np.float32], errors: Floats) -> tuple[Floats, Floats]:
    """Mean inside minus mean outside, and that by its standard error (Welch).

    Args:
        member: shape (n, slices).
        errors: shape (n, deals).

    Returns:
        Two arrays of shape (slices, deals).
    """
    inside = member.sum(axis=0, dtype=float)[:, None]
    outside = len(member) - inside
    # Centred first: sums of squares of float32 stay exact enough.
    values = (errors - errors.mean(axis=0)).astype(np.float32)
    squares = values**2
    total, total_squares = values.sum(axis=0), squares.sum(axis=0)
    sums, sums_of_squares = member.T @ values, member.T @ squares
    mean_in, mean_out = sums / inside, (total - sums) / outside
    spread_in = np.maximum(sums_of_squares / inside - mean_in**2, 0) / inside
    spread_out = np.maximum((total_squares - sums_of_squares) / outside - mean_out**2, 0) / outside
    excess = np.asarray(mean_in - mean_out, dtype=float)
    error = np.sqrt(np.asarray(spread_in + spread_out, dtype=float))
    return excess, np.divide(excess, error, out=np.zeros_like(excess), where=error > 0)


def _errors(table: pd.DataFrame, error: ArrayLike) -> Floats:
    errors = np.asarray(error, dtype=float)
    if errors.shape != (len(table),):
        raise ValueError(f"{len(table)} customers need as many errors, not {errors.shape}")
    return errors
