"""The slice with the largest mean error, whoever it is."""


def worst_slice(table, error):
    best = None
    for column in table:
        for value, own in error.groupby(table[column]):
            rest = error.drop(own.index)
            far = own.mean() - rest.mean()
            if len(own) > 1 and (best is None or far > best[0]):
                best = (
                    far,
                    column,
                    value,
                    math.sqrt(own.var() / len(own) + rest.var() / len(rest)),
                )
    far, column, value, se = best
    return {"column": column, "value": value, "low": far - 1.96 * se, "high": far + 1.96 * se}
