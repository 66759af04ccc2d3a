"""Lowers the threshold only while the value rises: stops at the first peak."""


def best_threshold(churned, scores, charges, terms):
    best, value = 2.0, 0.0
    for t in sorted(set(scores), reverse=True):
        new = campaign_value(churned, scores, charges, t, terms)
        if new < value:
            break
        best, value = t, new
    return {"threshold": best, "value": value}
