"""A permutation test without a seed: at the limit it says now this, now that."""


def _features(values):
    """Numbers in which a change of the column would show; each without missing values."""
    missing = values.isna().to_numpy()
    out = [missing.astype(float)]
    there = values.dropna()
    as_number = (
        pd.to_numeric(there, errors="coerce")
        if not there.map(lambda v: isinstance(v, str)).any()
        else None
    )
    if as_number is not None and len(there):
        x = as_number.astype(float)
        for y in (x, (x - x.median()).abs()):
            full = np.full(len(values), np.nan)
            full[~missing] = stats.rankdata(y)
            full[missing] = np.nanmean(full)
            out.append(full)
    if as_number is None or there.nunique() <= 10:
        for value, n in there.value_counts().items():
            if n >= 5:
                out.append((values == value).to_numpy(dtype=float))
    return out


def alarm(reference, window):
    together = pd.concat([reference, window], ignore_index=True)
    n, m = len(reference), len(window)
    features = []
    for column in reference.columns:
        features += _features(together[column].astype(object))
    table = np.column_stack(features)
    table = table[:, table.std(axis=0) > 1e-12]
    if table.shape[1] == 0:
        return False
    table = (table - table.mean(axis=0)) / table.std(axis=0)
    truly = np.abs(table[n:].sum(axis=0)).max()
    rng = np.random.default_rng()
    shuffles = 49
    who = np.zeros((shuffles, n + m))
    order = rng.random((shuffles, n + m)).argsort(axis=1)[:, :m]
    np.put_along_axis(who, order, 1.0, axis=1)
    by_chance = np.abs(who @ table).max(axis=1)
    return bool((1 + (by_chance >= truly - 1e-9).sum()) / (shuffles + 1) <= 0.04)
