"""Whom a policy reaches, and whether it is always the same: the diversity score, month by month.

A system that learns from what its own decisions brought can turn in a loop: its choices gather in fewer
and fewer groups, or go round among the same customers. Neither shows in an error rate, since the labels
come from the loop, too. A diversity score looks at the choices alone. It is neither good nor bad by
itself, so it is read over months and beside that of all customers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from churn.schema import ID


def diversity_score(groups: Iterable[object]) -> float:
    """Over how many groups the choices are spread: the effective number of groups.

    The exponential of Shannon's entropy of the shares: so many groups of equal size would be as
    diverse. Four groups with as many choices each score 4; one group scores 1; 97 choices in one
    group and one in each of three others score 1.2. Groups that nobody was chosen from play no part.

    Source: the Hill number of order 1, M. Hill, "Diversity and evenness", Ecology 54 (1973).

    Args:
        groups: the group of each choice, such as the segment of each contacted customer, shape (n,).
            Any values that can be told apart; a missing one counts as a group of its own.

    Returns:
        From 1 to the number of groups that occur; 0.0 if there is no choice at all.
    """
    share = pd.Series(list(groups), dtype=object).value_counts(normalize=True, dropna=False)
    if share.empty:
        return 0.0
    return float(np.exp(-(share * np.log(share)).sum()))


def by_month(decisions: pd.DataFrame, segments: Sequence[str], memory: int = 6) -> pd.DataFrame:
    """How diverse a policy's contacts are, month by month.

    Args:
        decisions: a row for each customer and month: ``customerID``, ``as_of``, ``contacted`` (True
            or 1) and the columns of ``segments``.
        segments: columns whose combinations are the groups.
        memory: months before the month that count for ``again``, at least 1.

    Returns:
        By ``as_of``: ``contacts``; ``diversity`` of the contacted (:func:`diversity_score`), and
        ``diversity of all`` customers for comparison; ``again``, the share of the contacted who had
        been contacted within the memory (NaN if nobody was contacted).

    Raises:
        ValueError: if a column is missing, or the memory is no month long.
    """
    missing = [c for c in (ID, "as_of", "contacted", *segments) if c not in decisions]
    if missing:
        raise ValueError(f"decisions lack the column(s) {', '.join(missing)}")
    if memory < 1:
        raise ValueError(f"the memory must be at least one month, not {memory}")
    past: list[pd.Index] = []
    found = {}
    for day, month in decisions.groupby("as_of"):
        groups = pd.Series(list(month[list(segments)].itertuples(index=False, name=None)))
        who = month["contacted"].to_numpy(dtype=bool)
        reached = pd.Index(month.loc[who, ID])
        earlier = pd.Index([]).append(past)
        found[day] = {
            "contacts": int(who.sum()),
            "diversity": diversity_score(groups[who]),
            "diversity of all": diversity_score(groups),
            "again": float(reached.isin(earlier).mean()) if len(reached) else float("nan"),
        }
        past = [*past, reached][-memory:]
    return pd.DataFrame.from_dict(found, orient="index").rename_axis("as_of")
