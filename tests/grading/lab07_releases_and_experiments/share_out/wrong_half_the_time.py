"""Splits evenly for 25 days."""


def _even(n, k):
    return [n // k + (i < n % k) for i in range(k)]


def share_out(kept, made, n):
    if sum(made) < 25 * n:
        return _even(n, len(made))
    rates = [k / m if m else 0.0 for k, m in zip(kept, made, strict=True)]
    return [n if i == rates.index(max(rates)) else 0 for i in range(len(made))]
