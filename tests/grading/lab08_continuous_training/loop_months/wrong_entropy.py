"""The entropy, not its exponential."""


def loop_months(log, break_even):
    lines, first, began = [], set(), 0.0
    for month, rows in log.groupby("month"):
        shares = rows.loc[rows["chosen"] == 1, "group"].value_counts(normalize=True)
        diversity = float(-(shares * np.log(shares)).sum()) if len(shares) else 0.0
        if not lines:
            first, began = set(shares.index), diversity
        dropped = rows["group"].isin(first - set(shares.index)) & (rows["held_out"] == 1)
        missed = float(rows.loc[dropped, "left"].mean()) if dropped.any() else None
        loop = diversity < 0.75 * began and missed is not None and missed >= break_even
        lines.append({"month": int(month), "diversity": diversity, "missed": missed, "loop": loop})
    return lines
