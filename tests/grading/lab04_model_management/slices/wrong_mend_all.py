"""Mends all slices that look worse."""


def audit(judged):
    sizes = judged["slice"].value_counts()
    z = stats.norm.ppf(1 - 0.025 / max(1, int((sizes >= 30).sum())))
    found = []
    for name, n in sizes.items():
        inside = judged["slice"] == name
        own, rest = judged.loc[inside, "lost"], judged.loc[~inside, "lost"]
        excess = float(own.mean() - rest.mean())
        low = high = None
        verdict = "too few"
        if n >= 30:
            half = float(z * np.sqrt(own.var() / n + rest.var() / len(rest)))
            low, high = excess - half, excess + half
            verdict = "worse" if low > 0 else "better" if high < 0 else "undecided"
        line = {"slice": name, "customers": int(n), "excess": excess}
        found.append(line | {"low": low, "high": high, "verdict": verdict})
    return sorted(found, key=lambda line: (-line["excess"], line["slice"]))


def mend(slices, terms):
    return [one["slice"] for one in slices if one["excess"] > 0]
