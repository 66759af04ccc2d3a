"""With the standard library."""


def cuped(table):
    rows = list(zip(table["arm"], table["before"], table["after"], strict=True))
    if any(sum(arm == name for arm, _, _ in rows) < 2 for name in ("old", "new")):
        raise ValueError("an arm is too small")
    seen = [b for _, b, _ in rows if not math.isnan(b)]
    fill = statistics.fmean(seen) if seen else 0.0
    before = [fill if math.isnan(b) else float(b) for _, b, _ in rows]
    after = [float(a) for _, _, a in rows]
    mean = statistics.fmean(before)
    theta = 0.0
    if len(set(before)) > 1:
        theta = statistics.covariance(before, after) / statistics.variance(before)
    adjusted = [a - theta * (b - mean) for a, b in zip(after, before, strict=True)]

    def arm(values, name):
        return [v for v, (label, _, _) in zip(values, rows, strict=True) if label == name]

    def squared(values):
        parts = (arm(values, name) for name in ("old", "new"))
        return sum(statistics.variance(part) / len(part) for part in parts)

    difference = statistics.fmean(arm(adjusted, "new")) - statistics.fmean(arm(adjusted, "old"))
    half = 1.96 * squared(adjusted) ** 0.5
    cut = 1 - squared(adjusted) / squared(after) if squared(after) else 0
    return dict(
        difference=difference, low=difference - half, high=difference + half, variance_cut=cut
    )
