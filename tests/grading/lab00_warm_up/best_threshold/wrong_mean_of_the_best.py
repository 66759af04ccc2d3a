"""The mean of all thresholds that are equally good."""


def best_threshold(churned, scores, charges, terms):
    levels = [*np.unique(scores), float(scores.max()) + abs(float(scores.max())) + 1]
    values = [campaign_value(churned, scores, charges, level, terms) for level in levels]
    good = [level for level, value in zip(levels, values) if value == max(values)]
    return {"threshold": float(np.mean(good)), "value": float(max(values))}
