"""One month, both groups together, by the chi-squared distribution."""


def retrain(seen):
    squares = []
    for row in seen["months"][-1].values():
        share = row["expected"] / max(row["customers"], 1)
        squares.append((row["left"] - row["expected"]) ** 2 / max(row["expected"] * (1 - share), 1))
    return bool(stats.chi2.sf(sum(squares), 2) < 0.0005)
