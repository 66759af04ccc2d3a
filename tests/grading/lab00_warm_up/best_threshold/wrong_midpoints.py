"""Tries midpoints between neighbours, which for neighbouring floats fall on one of them: 'closer together than any grid'."""

import numpy as np


def best_threshold(churned, scores, charges, terms):
    best = {"threshold": float(scores.max()) + 1 if len(scores) else 1.0, "value": 0.0}
    s = np.unique(scores)
    for threshold in [*s[:1] - 1, *((s[1:] + s[:-1]) / 2)]:
        value = float(campaign_value(churned, scores, charges, threshold, terms))
        if value > best["value"]:
            best = {
                "threshold": float(threshold),
                "value": float(campaign_value(churned, scores, charges, threshold, terms)),
            }
    return best
