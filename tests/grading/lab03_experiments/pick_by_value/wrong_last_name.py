"""Among equals the last name."""

from churn.metrics import Campaign, campaign_value, value_curve


def pick_by_value(valid_scores, valid_churned, test_scores, test_churned, terms, capacity):
    campaign = Campaign(**terms)
    best = (0.0, 0, None, None)
    for name in sorted(valid_scores):
        curve = value_curve(valid_churned, valid_scores[name], campaign).iloc[1:]
        for row in curve[curve["contacted"] <= capacity].itertuples():
            if row.value > 0 and (row.value, -row.contacted) >= (best[0], -best[1]):
                best = (row.value, row.contacted, name, row.threshold)
    value, _, name, threshold = best
    if name is None:
        return {"model": None, "threshold": None, "valid_value": 0.0, "test_value": 0.0}
    test_value = campaign_value(test_churned, test_scores[name], threshold, campaign)
    return {"model": name, "threshold": threshold, "valid_value": value, "test_value": test_value}
