"""Tries no threshold below 0."""


def best_threshold(churned, scores, charges, terms):
    best = {"threshold": float("inf"), "value": 0.0}
    for threshold in np.unique(scores[scores >= 0]):
        value = campaign_value(churned, scores, charges, threshold, terms)
        if value > best["value"]:
            best = {"threshold": float(threshold), "value": value}
    return best
