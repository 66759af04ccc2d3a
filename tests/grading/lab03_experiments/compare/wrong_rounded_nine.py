"""Rounds the difference to nine digits."""

import numpy as np
from scipy import stats


def compare(a, b, test_share):
    seeds = a.keys() & b.keys()
    differences = np.array([b[seed] - a[seed] for seed in sorted(seeds)])
    k = len(differences)
    if k < 2:
        mean = float(differences[0]) if k else None
        return {"pairs": k, "difference": mean, "low": None, "high": None, "verdict": "undecided"}
    mean = round(float(differences.mean()), 9)
    variance = differences.var(ddof=1) * (1 / k + test_share / (1 - test_share))
    half = float(stats.t.ppf(0.975, k - 1) * np.sqrt(variance))
    low, high = mean - half, mean + half
    verdict = "B" if low > 0 else "A" if high < 0 else "undecided"
    return {"pairs": k, "difference": mean, "low": low, "high": high, "verdict": verdict}
