"""UCB1, made for rewards that spread from 0 to 1: it explores too long."""


def share_out(kept, made, n):
    given = [0] * len(made)
    for _ in range(n):
        tried = [m + g for m, g in zip(made, given, strict=True)]
        total = sum(tried) + 1
        value = [
            k / max(m, 1) + math.sqrt(2 * math.log(total) / t) if t else math.inf
            for k, m, t in zip(kept, made, tried, strict=True)
        ]
        given[value.index(max(value))] += 1
    return given
