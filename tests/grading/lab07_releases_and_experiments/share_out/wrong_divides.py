"""Fails on the first day."""


def share_out(kept, made, n):
    rates = [k / m for k, m in zip(kept, made, strict=True)]
    return [n if i == rates.index(max(rates)) else 0 for i in range(len(made))]
