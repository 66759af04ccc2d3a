"""Contacts from a score of one half."""

from churn.metrics import Campaign, campaign_value


def pick_by_value(valid_scores, valid_churned, test_scores, test_churned, terms, capacity):
    campaign = Campaign(**terms)
    value = {n: campaign_value(valid_churned, s, 0.5, campaign) for n, s in valid_scores.items()}
    name = max(value, key=value.get)
    test_value = campaign_value(test_churned, test_scores[name], 0.5, campaign)
    return {"model": name, "threshold": 0.5, "valid_value": value[name], "test_value": test_value}
