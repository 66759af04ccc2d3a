"""Splits evenly all the time."""


def share_out(kept, made, n):
    k = len(made)
    return [n // k + (i < n % k) for i in range(k)]
