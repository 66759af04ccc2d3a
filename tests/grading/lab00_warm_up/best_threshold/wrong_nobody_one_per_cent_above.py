"""To contact nobody, one per cent above the highest score, which may be below 0."""


def best_threshold(churned, scores, charges, terms):
    best = {"threshold": float(scores.max()) * 1.01, "value": 0.0}
    for threshold in np.unique(scores):
        value = campaign_value(churned, scores, charges, threshold, terms)
        if value > best["value"]:
            best = {"threshold": float(threshold), "value": value}
    return best
