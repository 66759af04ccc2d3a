"""Welch's test for each slice, with Bonferroni's correction."""


def worst_slice(table, error):
    values = error.to_numpy()
    total, squares, everybody = values.sum(), (values**2).sum(), len(values)
    middle = values.mean()
    centered = values - middle
    found = []
    for column in table.columns:
        names, codes = np.unique(table[column].to_numpy(dtype=str), return_inverse=True)
        for k, name in enumerate(names):
            one, rest = centered[codes == k], centered[codes != k]
            if len(one) < 15 or len(rest) < 15:
                continue
            a, b = one.var(ddof=1) / len(one), rest.var(ddof=1) / len(rest)
            if a + b == 0:
                z = (
                    math.copysign(math.inf, one.mean() - rest.mean())
                    if one.mean() != rest.mean()
                    else 0
                )
            else:
                z = (one.mean() - rest.mean()) / math.sqrt(a + b)
            free = (a + b) ** 2 / (a**2 / (len(one) - 1) + b**2 / (len(rest) - 1)) if a + b else 1
            found.append(
                (stats.t.sf(z, free), column, name, one.mean() - rest.mean(), math.sqrt(a + b))
            )
    p, column, name, excess, se = min(found)
    if p > 0.05 / len(found):
        return None
    return {
        "column": column,
        "value": str(name),
        "low": excess - 1.96 * se,
        "high": excess + 1.96 * se,
    }
