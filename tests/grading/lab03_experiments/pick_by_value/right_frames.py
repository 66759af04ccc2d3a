"""Puts the curves of all models into one table and sorts it."""

import pandas as pd

from churn.metrics import Campaign, campaign_value, value_curve


def pick_by_value(valid_scores, valid_churned, test_scores, test_churned, terms, capacity):
    campaign = Campaign(**terms)
    curves = [
        value_curve(valid_churned, one, campaign).assign(model=name)
        for name, one in valid_scores.items()
    ]
    table = pd.concat(curves)
    table = table[table["contacted"].between(1, capacity) & (table["value"] > 0)]
    if table.empty:
        return {"model": None, "threshold": None, "valid_value": 0, "test_value": 0}
    best = table.sort_values(["value", "contacted", "model"], ascending=[False, True, True]).iloc[0]
    later = campaign_value(test_churned, test_scores[best["model"]], best["threshold"], campaign)
    result = best[["model", "threshold"]].to_dict()
    return result | {"valid_value": float(best["value"]), "test_value": later}
