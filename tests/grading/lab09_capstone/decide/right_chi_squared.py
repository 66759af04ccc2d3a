"""Shares of groups that move, and the chi-squared distribution."""


def decide(seen):
    before, now = (pd.Series(month, dtype=float) for month in seen["customers"][-2:])
    moved = (now - before).abs().sum() / 2 / before.sum()
    if moved > 0.08 and abs(now.sum() / before.sum() - 1) < 0.04:
        return "alarm"
    squares = groups = 0
    for row in seen["labelled"][-1].values():
        if row["customers"]:
            share = row["expected"] / row["customers"]
            variance = max(row["expected"] * (1 - share), 1)
            squares += (row["left"] - row["expected"]) ** 2 / variance
            groups += 1
    return "retrain" if stats.chi2.sf(squares, groups) < 1e-6 else "keep"
