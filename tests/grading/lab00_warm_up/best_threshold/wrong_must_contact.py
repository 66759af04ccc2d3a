"""Never considers contacting nobody."""


def best_threshold(churned, scores, charges, terms):
    tried = sorted(set(scores))
    values = [campaign_value(churned, scores, charges, t, terms) for t in tried]
    return {"threshold": tried[values.index(max(values))], "value": max(values)}
