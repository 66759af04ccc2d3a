"""Takes the break-even probability for the threshold."""

from churn.metrics import Campaign, campaign_value


def pick_by_value(valid_scores, valid_churned, test_scores, test_churned, terms, capacity):
    campaign = Campaign(**terms)
    bar = campaign.break_even
    value = {n: campaign_value(valid_churned, s, bar, campaign) for n, s in valid_scores.items()}
    name = max(value, key=value.get)
    test_value = campaign_value(test_churned, test_scores[name], bar, campaign)
    return {"model": name, "threshold": bar, "valid_value": value[name], "test_value": test_value}
