"""Fails where a column is missing altogether."""


def alarm(reference, window):
    is_new = np.repeat([0, 1], [len(reference), len(window)])
    p_values = []
    for name in reference.columns:
        values = pd.concat([reference[name], window[name]], ignore_index=True)
        gone = values.isna().to_numpy()
        table = [[(gone & (is_new == s)).sum(), (~gone & (is_new == s)).sum()] for s in (0, 1)]
        p_values.append(stats.fisher_exact(table).pvalue)
        known, side = values[~gone], is_new[~gone]
        if not 0 < side.sum() < len(side):
            raise ValueError("empty column")
        if pd.api.types.is_numeric_dtype(known):
            both = known[side == 0], known[side == 1]
            p_values.append(stats.ks_2samp(*both, method="asymp").pvalue)
        else:
            codes = pd.factorize(known)[0]
            counts = np.bincount(2 * codes + side, minlength=2 * codes.max() + 2).reshape(-1, 2)
            # Rare values are counted together: chi-squared needs some of each.
            few = counts.sum(axis=1) < 10
            counts = np.vstack([counts[~few], counts[few].sum(axis=0)])
            counts = counts[counts.sum(axis=1) > 0]
            if len(counts) > 1:
                p_values.append(stats.chi2_contingency(counts).pvalue)
    return bool(min(p_values) * len(p_values) <= 0.05)
