"""All to the best so far, from the second day on."""


def _even(n, k):
    return [n // k + (i < n % k) for i in range(k)]


def share_out(kept, made, n):
    if not sum(made):
        return _even(n, len(made))
    rates = [k / m if m else 1.0 for k, m in zip(kept, made, strict=True)]
    return [n if i == rates.index(max(rates)) else 0 for i in range(len(made))]
