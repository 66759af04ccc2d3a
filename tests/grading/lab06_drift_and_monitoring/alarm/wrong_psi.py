"""The population stability index with the usual bound, whatever the number of rows."""


def alarm(reference, window):
    for name in reference.columns:
        old, new = reference[name], window[name]
        if pd.api.types.is_numeric_dtype(old):
            edges = (
                np.unique(np.nanquantile(old, np.linspace(0, 1, 11))) if old.notna().any() else [0]
            )
            old, new = (
                pd.Series(np.searchsorted(edges, s)).where(s.isna().to_numpy() == 0, -1)
                for s in (old, new)
            )
        shares = (
            pd.concat(
                [
                    s.astype(object).fillna("missing").value_counts(normalize=True)
                    for s in (old, new)
                ],
                axis=1,
            )
            .fillna(0)
            .clip(lower=0.001)
        )
        a, b = shares.iloc[:, 0], shares.iloc[:, 1]
        if ((a - b) * np.log(a / b)).sum() > 0.2:
            return True
    return False
