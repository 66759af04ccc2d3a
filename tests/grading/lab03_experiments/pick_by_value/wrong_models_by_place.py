"""Looks for the test scores at the place that the model has among the others."""

from churn.metrics import Campaign, campaign_value, value_curve


def pick_by_value(valid_scores, valid_churned, test_scores, test_churned, terms, capacity):
    campaign = Campaign(**terms)
    pairs = []
    for name in sorted(valid_scores):
        curve = value_curve(valid_churned, valid_scores[name], campaign).iloc[1:]
        for row in curve[curve["contacted"] <= capacity].itertuples():
            pairs.append((-row.value, row.contacted, name, row.threshold))
    if not pairs or min(pairs)[0] >= 0:
        return {"model": None, "threshold": None, "valid_value": 0.0, "test_value": 0.0}
    value, _, name, threshold = min(pairs)
    return {
        "model": name,
        "threshold": threshold,
        "valid_value": -value,
        "test_value": campaign_value(
            test_churned,
            list(test_scores.values())[list(valid_scores).index(name)],
            threshold,
            campaign,
        ),
    }
