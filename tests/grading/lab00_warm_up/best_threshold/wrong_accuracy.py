"""The threshold with the highest accuracy."""


def best_threshold(churned, scores, charges, terms):
    best = max(sorted(scores), key=lambda t: ((scores >= t) == (churned == 1)).mean())
    return {"threshold": best, "value": campaign_value(churned, scores, charges, best, terms)}
