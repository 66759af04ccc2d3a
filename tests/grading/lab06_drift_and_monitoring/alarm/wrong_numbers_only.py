"""Text is not looked at."""


def alarm(reference, window):
    side = np.repeat([0, 1], [len(reference), len(window)])
    p_values = []
    for name in reference.columns:
        values = np.concatenate([reference[name].to_numpy(), window[name].to_numpy()])
        gone = pd.isna(values)
        if not pd.api.types.is_numeric_dtype(reference[name]):
            continue
        numeric = pd.api.types.is_numeric_dtype(reference[name])
        if numeric and 0 < side[~gone].sum() < (~gone).sum():
            old, new = values[~gone & (side == 0)], values[~gone & (side == 1)]
            p_values.append(stats.ks_2samp(old, new, method="asymp").pvalue)
        # Missing is one more value of a category, and the only one of a number.
        codes = gone.astype(int) if numeric else pd.factorize(values, use_na_sentinel=False)[0]
        counts = np.bincount(2 * codes + side, minlength=2 * codes.max() + 2).reshape(-1, 2)
        # Rare values are counted together: chi-squared needs some of each.
        few = counts.sum(axis=1) < 10
        counts = np.vstack([counts[~few], counts[few].sum(axis=0)])
        counts = counts[counts.sum(axis=1) > 0]
        wanted = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
        far = ((counts - wanted) ** 2 / wanted).sum()
        p_values.append(stats.chi2.sf(far, len(counts) - 1) if len(counts) > 1 else 1.0)
    return bool(min([*p_values, 1]) * len(p_values) <= 0.05)
