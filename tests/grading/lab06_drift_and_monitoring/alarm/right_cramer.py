"""Cramer-von Mises for numbers, chi-squared with missing as a value of its own."""


def alarm(reference, window):
    tests = []
    for name in reference.columns:
        old, new = reference[name], window[name]
        if pd.api.types.is_numeric_dtype(old):
            a, b = old.dropna().to_numpy(), new.dropna().to_numpy()
            if len(a) > 1 and len(b) > 1 and len(np.unique(np.concatenate([a, b]))) > 1:
                tests.append(stats.ks_2samp(a, b, method="asymp").pvalue)
            old, new = old.notna().map(str), new.notna().map(str)
        counts = Counter(old.fillna("missing")), Counter(new.fillna("missing"))
        names = set(counts[0]) | set(counts[1])
        rare = {n for n in names if counts[0][n] + counts[1][n] < 8}
        rows = [[c[n] for n in sorted(names - rare)] + [sum(c[n] for n in rare)] for c in counts]
        rows = np.array(rows)
        rows = rows[:, rows.sum(axis=0) > 0]
        if rows.shape[1] == 2:
            tests.append(stats.fisher_exact(rows).pvalue)
        elif rows.shape[1] > 2:
            tests.append(stats.chi2_contingency(rows).pvalue)
    return bool(tests) and bool(min(tests) < 0.05 / len(tests))
