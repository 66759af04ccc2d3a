"""New customers are left out."""


def cuped(table):
    table = table.dropna()
    after = table["after"].to_numpy(float)
    before = table["before"].to_numpy(float)
    known = ~np.isnan(before)
    before = np.where(known, before, before[known].mean() if known.any() else 0.0)
    arms = {name: (table["arm"] == name).to_numpy() for name in ("new", "old")}
    if min(inside.sum() for inside in arms.values()) < 2:
        raise ValueError("an arm has fewer than two customers")
    centred = before - before.mean()
    same = before.max() == before.min()
    theta = 0.0 if same else (centred * (after - after.mean())).sum() / (centred**2).sum()

    def squared_error(values):
        return sum(values[inside].var(ddof=1) / inside.sum() for inside in arms.values())

    adjusted = after - theta * centred
    difference = adjusted[arms["new"]].mean() - adjusted[arms["old"]].mean()
    plain, left = squared_error(after), squared_error(adjusted)
    return {
        "difference": float(difference),
        "low": float(difference - 1.96 * math.sqrt(left)),
        "high": float(difference + 1.96 * math.sqrt(left)),
        "variance_cut": float(1 - left / plain) if plain > 0 else 0.0,
    }
