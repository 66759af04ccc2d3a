"""Fisher's test of each value against all others, Kolmogorov-Smirnov for numbers, Holm's correction."""


def alarm(reference, window):
    old, new = (table.reset_index(drop=True) for table in (reference, window))
    kept = [c for c in old if old[c].notna().any() and new[c].notna().any()]
    gone = [c for c in old if old[c].notna().any() != new[c].notna().any()]
    if gone:
        return True
    if not kept:
        return False
    p_values = []
    for c in kept:
        missing = np.array([[t[c].isna().sum(), t[c].notna().sum()] for t in (old, new)])
        p_values.append(stats.fisher_exact(missing).pvalue)
        a, b = old[c].dropna(), new[c].dropna()
        if pd.api.types.is_numeric_dtype(a):
            p_values.append(stats.ks_2samp(a, b, method="asymp").pvalue)
            continue
        shared = Counter([*a, *b])
        for value in (v for v in shared if shared[v] >= 8):  # one value against all others
            inside = [[(s == value).sum(), (s != value).sum()] for s in (a, b)]
            p_values.append(stats.fisher_exact(inside).pvalue)
    return bool(adjust(p_values, "holm").min() <= 0.05)
