"""To contact nobody, adds too little for a large score."""


def best_threshold(churned, scores, charges, terms):
    best = {"threshold": float(scores.max()) + 1e-6, "value": 0.0}
    for threshold in np.unique(scores):
        value = campaign_value(churned, scores, charges, threshold, terms)
        if value > best["value"]:
            best = {"threshold": float(threshold), "value": value}
    return best
