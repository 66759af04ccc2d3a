"""The cut with the smallest chance, by a chi-squared test of the groups together."""


def window(customers, left):
    best, months = -10.5, 24
    for k in range(1, 24):
        total, cells = 0.0, 0
        n1, n2 = customers[-k:].sum(axis=0), customers[:-k].sum(axis=0)
        x1, x2 = left[-k:].sum(axis=0), left[:-k].sum(axis=0)
        for a, b, c, d in zip(n1, n2, x1, x2, strict=True):
            p = (c + d) / (a + b) if a + b else 0
            if min(a, b) > 0 and 0 < p < 1:
                total += (c / a - d / b) ** 2 / (p * (1 - p) * (1 / a + 1 / b))
                cells += 1
        chance = stats.chi2.logsf(total, max(cells, 1))
        if chance < best:
            best, months = chance, k
    return months
