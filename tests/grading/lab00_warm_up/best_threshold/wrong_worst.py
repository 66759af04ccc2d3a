"""Takes the lowest value instead of the highest."""


def best_threshold(churned, scores, charges, terms):
    tried = sorted(set(scores)) + [2.0]
    values = [campaign_value(churned, scores, charges, t, terms) for t in tried]
    return {"threshold": tried[values.index(min(values))], "value": min(values)}
