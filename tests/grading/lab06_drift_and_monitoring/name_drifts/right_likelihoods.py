"""Judges by likelihoods of counts, with a penalty for every free share."""


def name_drifts(table):
    numbers = ["tenure", "MonthlyCharges"]
    categories = ["Contract", "PaymentMethod", "PaperlessBilling", "Partner"]
    return {name: _explained(rows, numbers, categories) for name, rows in table.groupby("feed")}


def _bits(before, after):
    """2 x log-likelihood gained by shares of their own, less two for each free share."""
    gained, free = 0.0, 0
    for a, b in zip(before, after):
        kept = (a + b) > 0
        a, b = a[kept], b[kept]
        if len(a) < 2 or not a.sum() or not b.sum():
            continue
        table = np.array([a, b])
        wanted = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
        with np.errstate(divide="ignore", invalid="ignore"):
            gained += 2 * np.nansum(table * np.log(table / wanted))
        free += len(a) - 1
    return gained - free, free


def _z(parts):
    gained, free = sum(p[0] for p in parts), sum(p[1] for p in parts)
    return gained / math.sqrt(2 * max(free, 1))


def _explained(rows, numbers, categories):
    months = sorted(rows["month"].unique())
    rows = rows.sort_values("month", kind="stable").reset_index(drop=True)
    first = rows["month"].isin(months[:3])
    for column in [*numbers, *categories]:
        odd = rows[column].isna()
        if column in categories:
            odd |= ~rows[column].isin(rows.loc[first, column])
        if odd.any():
            return {"kind": "records", "column": column, "since": str(rows.loc[odd, "month"].min())}
    kinds = {c: rows[c] for c in [*categories, "Churn"]}
    for c in numbers:
        kinds[c] = pd.cut(
            rows[c], np.unique(np.quantile(rows[c], np.linspace(0, 1, 8))), include_lowest=True
        ).astype(str)
    inputs = [*numbers, *categories]
    codes = {c: pd.factorize(values, sort=True)[0] for c, values in kinds.items()}
    place = pd.factorize(rows["month"], sort=True)[0]
    cubes = {}

    def cube(a, b=None):
        """Counts by month, a and b; without b, one more axis of length one in the middle."""
        if (a, b) not in cubes:
            by = [codes[c] for c in (a, b) if c]
            made = np.zeros([12, *(int(one.max()) + 1 for one in by)])
            np.add.at(made, (place, *by), 1)
            cubes[a, b] = made if b else made[:, None]
        return cubes[a, b]

    def moved(made, s):
        return _bits(made[:s].sum(axis=0), made[s:].sum(axis=0))

    def options(s):
        alone = {c: moved(cube(c), s) for c in [*inputs, "Churn"]}
        yield _z([moved(cube("Churn", c), s) for c in inputs]), "prior", "Churn", cube("Churn")
        for c in numbers:
            yield _z([p for d, p in alone.items() if d != c]), "records", c, cube(c)
        for c in categories:
            rest = [moved(cube(c, d), s) for d in [*inputs, "Churn"] if d != c]
            yield _z(rest), "mix", c, cube(c)
            by_churn = cube(c, "Churn")
            for v in range(by_churn.shape[1]):
                others = np.delete(by_churn, v, axis=1)
                left = [alone[d] for d in inputs] + [moved(others, s)]
                yield _z(left), "concept", c, by_churn[:, [v]]

    def alarm_at(s):
        alone = _z([moved(cube(c), s) for c in [*inputs, "Churn"]])
        return max([alone] + [_z([moved(cube(c, "Churn"), s)]) for c in inputs])

    since = max(range(3, 10), key=alarm_at)
    if alarm_at(since) < 6:
        return {"kind": "none", "column": None, "since": None}
    _, kind, column, signal = min(options(since), key=lambda one: one[0])
    since = max(range(3, 10), key=lambda s: moved(signal, s)[0])
    return {"kind": kind, "column": column, "since": str(months[since])}
