"""Tries tenths only."""


def best_threshold(churned, scores, charges, terms):
    tried = [i / 10 for i in range(12)]
    values = [campaign_value(churned, scores, charges, t, terms) for t in tried]
    return {"threshold": tried[values.index(max(values))], "value": max(values)}
