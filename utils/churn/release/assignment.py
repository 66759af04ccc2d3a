"""Which customer gets the new version: the same one each time, without a list of them.

    if in_canary("7590-VHVEG", "2026-03", 0.05): …

A hash of the customer and the release is a number that looks drawn at random and is the same on each
machine and in each year. Whoever lies below the share is in; when the share grows, they stay in.
"""

from __future__ import annotations

from churn.assignment import position


def in_canary(customer: str, release: str, share: float) -> bool:
    """Whether a customer gets the new version when ``share`` of all customers do.

    Raises:
        ValueError: if the share does not lie in [0, 1].
    """
    if not 0 <= share <= 1:
        raise ValueError(f"a share lies between 0 and 1, and {share} does not")
    return position(customer, release) < share
