"""One half, as every classifier does by default."""


def best_threshold(churned, scores, charges, terms):
    return {"threshold": 0.5, "value": campaign_value(churned, scores, charges, 0.5, terms)}
