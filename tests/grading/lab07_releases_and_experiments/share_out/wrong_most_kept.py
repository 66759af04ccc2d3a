"""By the number kept, not the share."""


def _even(n, k):
    return [n // k + (i < n % k) for i in range(k)]


def share_out(kept, made, n):
    if sum(made) < 3 * n:
        return _even(n, len(made))
    return [n if i == list(kept).index(max(kept)) else 0 for i in range(len(made))]
