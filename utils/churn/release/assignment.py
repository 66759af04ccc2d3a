"""Which customer gets the new version: the same one each time, without a list of them.

    if in_canary("7590-VHVEG", "2026-03", 0.05): …

A hash of the customer and the release is a number that looks drawn at random and is the same on each
machine and in each year. Whoever lies below the share is in; when the share grows, they stay in.
"""

from __future__ import annotations

import hashlib


def position(customer: str, release: str) -> float:
    """Where a customer stands in a release: a number in [0, 1), evenly spread over customers.

    Args:
        customer: id; any text.
        release: another release puts the customers in another order, so that it is not always the
            same ones on whom new versions are tried.
    """
    # The length of the name keeps ("ab", "c") and ("a", "bc") apart.
    text = f"{len(release)}:{release}:{customer}".encode("utf-8", "surrogatepass")
    digest = hashlib.blake2b(text, digest_size=8).digest()
    # 53 bits are what a float holds: with 64 the highest ones would be rounded to 1.
    return (int.from_bytes(digest, "big") >> 11) / 2**53


def in_canary(customer: str, release: str, share: float) -> bool:
    """Whether a customer gets the new version when ``share`` of all customers do.

    Raises:
        ValueError: if the share does not lie in [0, 1].
    """
    if not 0 <= share <= 1:
        raise ValueError(f"a share lies between 0 and 1, and {share} does not")
    return position(customer, release) < share
