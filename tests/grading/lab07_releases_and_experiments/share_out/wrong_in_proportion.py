"""In proportion to the rates."""


def share_out(kept, made, n):
    rates = [(k + 1) / (m + 2) for k, m in zip(kept, made, strict=True)]
    given = [int(n * r / sum(rates)) for r in rates]
    given[rates.index(max(rates))] += n - sum(given)
    return given
