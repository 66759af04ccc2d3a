"""A prior shift is seen only where leavers come less often."""

CATEGORIES = ["Contract", "PaymentMethod", "PaperlessBilling", "Partner"]
NUMBERS = ["tenure", "MonthlyCharges"]


def _gain(before, after):
    """Log likelihood ratio of two rows of counts: two distributions against one."""
    counts = np.array([before, after], dtype=float)
    expected_counts = counts.sum(1, keepdims=True) * counts.sum(0) / counts.sum()
    seen = counts > 0
    return float((counts[seen] * np.log(counts[seen] / expected_counts[seen])).sum())


def _two(flags, old):
    a, b = flags[old], flags[~old]
    if len(a) == 0 or len(b) == 0:
        return 0.0
    return _gain([a.sum(), (~a).sum()], [b.sum(), (~b).sum()])


def _one_feed(rows):
    months = sorted(rows["month"].unique())
    # missing values
    for column in NUMBERS + CATEGORIES:
        gone = rows.loc[rows[column].isna(), "month"]
        if len(gone):
            return {"kind": "records", "column": column, "since": gone.min()}
    # a new name
    first = rows[rows["month"].isin(months[:3])]
    for column in CATEGORIES:
        new = rows.loc[~rows[column].isin(first[column].unique()), "month"]
        if len(new) >= 5:
            return {"kind": "records", "column": column, "since": new.min()}
    place = rows["month"].map({m: i for i, m in enumerate(months)}).to_numpy()
    leaves = (rows["Churn"] == "Yes").to_numpy()
    best, answer = 12.0, {"kind": "none", "column": None, "since": None}
    for s in range(3, 10):
        old = place < s
        found = []
        if leaves[~old].mean() < leaves[old].mean():
            found.append((_two(leaves, old), "prior", "Churn"))
        for column in NUMBERS:
            x = rows[column].to_numpy(dtype=float)
            inner = np.unique(np.quantile(x[old], np.linspace(0.1, 0.9, 9)))
            edges = np.concatenate([[x[old].min() - 1e-9], inner, [x[old].max() + 1e-9]])
            cell = np.searchsorted(edges, x)
            size = len(edges) + 1
            g = _gain(
                np.bincount(cell[old], minlength=size), np.bincount(cell[~old], minlength=size)
            )
            found.append((g - size, "records", column))
        for column in CATEGORIES:
            values = rows[column].to_numpy()
            for value in sorted(set(values)):
                has = values == value
                found.append((_two(has, old), "mix", column))
                was, now = leaves[has & old], leaves[has & ~old]
                if len(was) and len(now) and now.mean() > was.mean():
                    found.append((_two(leaves[has], old[has]), "concept", column))
        for gain, kind, column in found:
            if gain > best:
                best, answer = gain, {"kind": kind, "column": column, "since": months[s]}
    return answer


def name_drifts(table):
    return {feed: _one_feed(rows) for feed, rows in table.groupby("feed")}
