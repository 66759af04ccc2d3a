"""Interleaving: two rankings make one list, and the list's users say which was better.

    items, team = team_draft(ranking_a, ranking_b, length=20, rng=rng)
    preference(team, hits)      # above 0: the hits came from B

Team draft: like captains, the rankings take turns, and who begins is drawn anew each round (Radlinski,
Kurup & Joachims, "How does clickthrough data reflect retrieval quality?", CIKM 2008). Both rankings
meet the same users on the same day, so what differs from day to day is in neither's way.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray


def team_draft(
    ranking_a: Sequence[int], ranking_b: Sequence[int], length: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """One list of two rankings, and who picked what.

    Args:
        ranking_a, ranking_b: items, best first, none twice.
        length: of the list; it is shorter if the rankings hold fewer items.
        rng: draws who begins each round.

    Returns:
        The items, and for each 0 if A picked it, 1 if B did.
    """
    rankings = (iter(ranking_a), iter(ranking_b))
    taken: set[int] = set()
    items: list[int] = []
    team: list[int] = []
    while len(items) < length:
        size = len(items)
        first = int(rng.integers(2))
        for captain in (first, 1 - first):
            pick = next((item for item in rankings[captain] if item not in taken), None)
            if pick is not None and len(items) < length:
                taken.add(pick)
                items.append(pick)
                team.append(captain)
        if len(items) == size:
            break
    return np.array(items, dtype=np.int64), np.array(team, dtype=np.int8)


def preference(team: ArrayLike, hits: ArrayLike) -> int:
    """Hits of B minus hits of A in one list.

    Args:
        team: who picked each item, 0 for A and 1 for B.
        hits: whether each item was one, same shape.
    """
    sides, good = np.asarray(team), np.asarray(hits, dtype=bool)
    if sides.shape != good.shape:
        raise ValueError("team and hits must have one entry for each item of the list")
    return int((good & (sides == 1)).sum() - (good & (sides == 0)).sum())
