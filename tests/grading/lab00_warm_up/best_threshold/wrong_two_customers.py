"""Contacts nobody where there is one customer only."""


def best_threshold(churned, scores, charges, terms):
    best = {"threshold": float("inf"), "value": 0.0}
    for threshold in np.unique(scores) if len(scores) > 1 else []:
        value = campaign_value(churned, scores, charges, threshold, terms)
        if value > best["value"]:
            best = {"threshold": float(threshold), "value": value}
    return best
