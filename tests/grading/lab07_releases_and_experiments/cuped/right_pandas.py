"""With pandas."""


def cuped(table):
    t = table.reset_index(drop=True)
    counts = t.groupby("arm").size().reindex(["new", "old"], fill_value=0)
    if (counts < 2).any():
        raise ValueError("too few customers")
    b = t["before"].fillna(t["before"].mean()).fillna(0.0)
    theta = b.cov(t["after"]) / b.var() if b.nunique() > 1 else 0.0
    t["adjusted"] = t["after"] - theta * (b - b.mean())
    means = t.groupby("arm")["adjusted"].mean()
    variances = t.groupby("arm")[["adjusted", "after"]].var()
    squared = variances.loc[["new", "old"]].div(counts, axis=0).sum()
    d, e = means["new"] - means["old"], squared["adjusted"] ** 0.5
    cut = 1 - squared["adjusted"] / squared["after"] if squared["after"] > 0 else 0.0
    return {"difference": d, "low": d - 1.96 * e, "high": d + 1.96 * e, "variance_cut": cut}
