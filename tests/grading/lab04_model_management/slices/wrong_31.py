"""A slice is large from 31 rows on."""


def audit(judged):
    sizes = judged["slice"].value_counts()
    z = stats.norm.ppf(1 - 0.025 / max(1, int((sizes > 30).sum())))
    found = []
    for name, n in sizes.items():
        inside = judged["slice"] == name
        own, rest = judged.loc[inside, "lost"], judged.loc[~inside, "lost"]
        excess = float(own.mean() - rest.mean())
        low = high = None
        verdict = "too few"
        if n > 30:
            half = float(z * np.sqrt(own.var() / n + rest.var() / len(rest)))
            low, high = excess - half, excess + half
            verdict = "worse" if low > 0 else "better" if high < 0 else "undecided"
        line = {"slice": name, "customers": int(n), "excess": excess}
        found.append(line | {"low": low, "high": high, "verdict": verdict})
    return sorted(found, key=lambda line: (-line["excess"], line["slice"]))


def mend(slices, terms):
    excess = np.array([one["excess"] for one in slices])
    se = np.array([one["se"] for one in slices])
    # How far true excesses spread is seen in the slices themselves: what se does not explain.
    spreads = np.geomspace(0.05, 5, 60)
    fits = [stats.norm.logpdf(excess, 0, np.hypot(spread, se)).sum() for spread in spreads]
    spread = spreads[int(np.argmax(fits))]
    expected = excess * spread**2 / (spread**2 + se**2)
    return [
        one["slice"]
        for one, gain in zip(slices, expected, strict=True)
        if gain * one["customers"] * terms["scale"] > terms["cost"]
    ]
