"""Off by one: the threshold lies just above the last customer worth contacting."""

import numpy as np


def best_threshold(churned, scores, charges, terms):
    tried = sorted(set(scores)) + [2.0]
    values = [campaign_value(churned, scores, charges, t, terms) for t in tried]
    best = tried[values.index(max(values))]
    return {"threshold": float(np.nextafter(best, 9.0)), "value": max(values)}
