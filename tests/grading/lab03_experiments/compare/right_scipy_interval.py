"""Lets SciPy make the interval."""

import pandas as pd
from scipy import stats


def compare(a, b, test_share):
    d = pd.Series(b, dtype=float).sub(pd.Series(a, dtype=float)).dropna()
    found = {"pairs": len(d), "difference": d.mean() if len(d) else None}
    if len(d) < 2:
        return found | {"low": None, "high": None, "verdict": "undecided"}
    scale = d.std() * (1 / len(d) + test_share / (1 - test_share)) ** 0.5
    if scale == 0:
        low = high = d.mean()
    else:
        low, high = stats.t.interval(0.95, len(d) - 1, loc=d.mean(), scale=scale)
    verdict = "undecided" if low <= 0 <= high else "AB"[int(low > 0)]
    return found | {"low": low, "high": high, "verdict": verdict}
