"""Whom a policy reaches, and whether it is always the same: diversity scores.

A loop that feeds on its own decisions narrows: contacts gather in fewer segments, or circle among the
same customers. ``entropy`` and ``gini`` are the usual scores; neither is good or bad by itself, so they
are read over months, and beside all customers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from churn.schema import ID


def entropy(counts: ArrayLike) -> float:
    """How evenly contacts spread over segments: 1 if each has as many, 0 if one has all.

    Shannon's entropy divided by that of an even spread (Pielou's evenness, 1966). A single segment, or
    no contact, has 0.

    Args:
        counts: contacts by segment, zeros included.
    """
    total = np.asarray(counts, dtype=float)
    if len(total) < 2 or total.sum() <= 0:
        return 0.0
    share = total[total > 0] / total.sum()
    return float(-(share * np.log(share)).sum() / np.log(len(total)))


def gini(counts: ArrayLike) -> float:
    """How unevenly contacts spread over customers: 0 if all have as many, near 1 if one has all.

    Args:
        counts: contacts by customer, zeros included.
    """
    ordered = np.sort(np.asarray(counts, dtype=float))
    if len(ordered) == 0 or ordered.sum() <= 0:
        return 0.0
    place = np.arange(1, len(ordered) + 1)
    return float(((2 * place - len(ordered) - 1) * ordered).sum() / (len(ordered) * ordered.sum()))


def by_month(decisions: pd.DataFrame, segments: Sequence[str], memory: int = 6) -> pd.DataFrame:
    """The diversity of a policy's contacts, month by month.

    Args:
        decisions: a row for each customer and month: ``customerID``, ``as_of``, ``contacted`` and
            the columns of ``segments``.
        segments: columns whose combinations are the segments.
        memory: months that count for ``gini`` and ``again``.

    Returns:
        By ``as_of``: ``contacts``; ``entropy`` over the segments, and ``entropy of all`` customers for
        comparison; ``gini`` of the contacts of the last ``memory`` months over the month's customers;
        ``again``, the share of the contacted who were contacted before within the memory.
    """
    names = decisions[list(segments)].astype(str).agg(" / ".join, axis=1)
    rows = decisions[[ID, "as_of", "contacted"]].assign(segment=names)
    every = sorted(rows["segment"].unique())
    past: list[pd.Series] = []
    found = {}
    for day, month in rows.groupby("as_of"):
        contacted = month["contacted"].to_numpy(dtype=bool)
        count = pd.concat(past).value_counts() if past else pd.Series(dtype="int64")
        before = month[ID].map(count).fillna(0).to_numpy()
        spread = [
            month.loc[who, "segment"].value_counts().reindex(every, fill_value=0)
            for who in (contacted, np.ones(len(month), dtype=bool))
        ]
        found[day] = {
            "contacts": int(contacted.sum()),
            "entropy": entropy(spread[0]),
            "entropy of all": entropy(spread[1]),
            "gini": gini(before + contacted),
            "again": float((before[contacted] > 0).mean()) if contacted.any() else 0.0,
        }
        past = [*past, month.loc[contacted, ID]][-(memory - 1) :] if memory > 1 else []
    return pd.DataFrame.from_dict(found, orient="index").rename_axis("as_of")
