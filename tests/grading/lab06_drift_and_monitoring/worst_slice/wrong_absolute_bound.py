"""Names what is worse by a fixed amount."""


def worst_slice(table, error):
    values = error.to_numpy(dtype=float)
    values = values - values.mean()
    names, inside = [], []
    for column in table.columns:
        for value in sorted(table[column].unique()):
            members = (table[column] == value).to_numpy()
            if 20 <= members.sum() <= len(table) - 20:
                names.append((column, value))
                inside.append(members)
    inside = np.array(inside, dtype=float)
    n_in = inside.sum(axis=1, keepdims=True)
    n_out = len(values) - n_in

    def excess(errors):
        """Difference of the means and its standard error, for every slice and deal."""
        total, squares = errors.sum(axis=0), (errors**2).sum(axis=0)
        own, own_squares = inside @ errors, inside @ errors**2
        a, b = own / n_in, (total - own) / n_out
        s_in = np.maximum(own_squares - n_in * a**2, 0) / (n_in - 1)
        s_out = np.maximum(squares - own_squares - n_out * b**2, 0) / (n_out - 1)
        return a - b, np.sqrt(s_in / n_in + s_out / n_out)

    found, spread = excess(values[:, None])
    z = (found / np.maximum(spread, 1e-12)).ravel()
    if found.max() <= 0.5:
        return None
    column, value = names[int(z.argmax())]
    members = (table[column] == value).to_numpy()
    one, rest = values[members], values[~members]
    middle = one.mean() - rest.mean()
    half = 1.96 * np.sqrt(one.var(ddof=1) / len(one) + rest.var(ddof=1) / len(rest))
    return {
        "column": column,
        "value": value,
        "low": float(middle - half),
        "high": float(middle + half),
    }
