"""Returns the position of the best score instead of the score."""


def best_threshold(churned, scores, charges, terms):
    tried = sorted(set(scores)) + [2.0]
    values = [campaign_value(churned, scores, charges, t, terms) for t in tried]
    return {"threshold": values.index(max(values)), "value": max(values)}
