"""Tries hundredths: close scores fall between them."""


def best_threshold(churned, scores, charges, terms):
    tried = [i / 100 for i in range(102)]
    values = [campaign_value(churned, scores, charges, t, terms) for t in tried]
    return {"threshold": tried[values.index(max(values))], "value": max(values)}
