"""1.0 as the threshold of nobody: 'any number above the highest score'."""

import numpy as np


def best_threshold(churned, scores, charges, terms):
    best = {"threshold": 1.0, "value": 0.0}
    for threshold in np.unique(scores):
        value = float(campaign_value(churned, scores, charges, threshold, terms))
        if value > best["value"]:
            best = {"threshold": float(threshold), "value": value}
    return best
