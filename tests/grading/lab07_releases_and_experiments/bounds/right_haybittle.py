"""Haybittle and Peto: high bounds, and nearly 1.96 at the end."""


def bounds(looks):
    return [3.5] * (looks - 1) + [1.98 if looks > 1 else 1.96]
