"""Takes equal differences for undecided, since they do not vary."""

import math
import statistics

from scipy.stats import t


def compare(a, b, test_share):
    pairs = [b[seed] - value for seed, value in a.items() if seed in b]
    result = dict(pairs=len(pairs), difference=None, low=None, high=None, verdict="undecided")
    if pairs:
        result["difference"] = statistics.fmean(pairs)
    if len(pairs) > 1:
        ratio = 1 / len(pairs) + test_share / (1 - test_share)
        half = t.isf(0.025, len(pairs) - 1) * statistics.stdev(pairs) * math.sqrt(ratio)
        result["low"] = result["difference"] - half
        result["high"] = result["difference"] + half
        if result["low"] > 0 and half > 0:
            result["verdict"] = "B"
        elif result["high"] < 0:
            result["verdict"] = "A"
    return result
