"""Compares whole dollars."""

from churn.metrics import Campaign, campaign_value, value_curve


def pick_by_value(valid_scores, valid_churned, test_scores, test_churned, terms, capacity):
    campaign = Campaign(**terms)
    pairs = []
    for name in sorted(valid_scores):
        curve = value_curve(valid_churned, valid_scores[name], campaign).iloc[1:]
        for row in curve[curve["contacted"] <= capacity].itertuples():
            pairs.append((-round(row.value), row.contacted, name, row.threshold, -row.value))
    if not pairs or min(pairs)[0] >= 0:
        return {"model": None, "threshold": None, "valid_value": 0.0, "test_value": 0.0}
    _, _, name, threshold, value = min(pairs)
    return {
        "model": name,
        "threshold": threshold,
        "valid_value": -value,
        "test_value": campaign_value(test_churned, test_scores[name], threshold, campaign),
    }
