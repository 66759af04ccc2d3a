"""Tries the midpoints between neighbouring scores."""

import numpy as np


def best_threshold(churned, scores, charges, terms):
    levels = np.unique(scores)
    tried = np.concatenate([[levels[0] - 1], (levels[1:] + levels[:-1]) / 2, [levels[-1] + 1]])
    values = np.array([campaign_value(churned, scores, charges, t, terms) for t in tried])
    return {"threshold": tried[values.argmax()], "value": values.max()}
