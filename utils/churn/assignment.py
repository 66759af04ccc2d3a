"""Where a customer stands in a release or an experiment: the same each time, without a list of them."""

from __future__ import annotations

import hashlib


def position(customer: str, salt: str) -> float:
    """A number in [0, 1), evenly spread over customers, which depends on customer and salt alone.

    The first 53 bits of BLAKE2b, as many as a float holds exactly: with 64 the highest ones would be
    rounded to 1.

    Args:
        customer: id; any text.
        salt: name of the release or experiment. Another one puts the customers in another order, so
            that it is not always the same ones on whom something is tried.
    """
    # The length of the name keeps ("ab", "c") and ("a", "bc") apart.
    text = f"{len(salt)}:{salt}:{customer}".encode("utf-8", "surrogatepass")
    digest = hashlib.blake2b(text, digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> 11) / 2**53
