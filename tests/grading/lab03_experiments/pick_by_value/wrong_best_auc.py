"""Takes the model with the best AUC, then its best threshold."""

from sklearn.metrics import roc_auc_score

from churn.metrics import Campaign, campaign_value, value_curve


def pick_by_value(valid_scores, valid_churned, test_scores, test_churned, terms, capacity):
    campaign = Campaign(**terms)
    name = max(valid_scores, key=lambda one: roc_auc_score(valid_churned, valid_scores[one]))
    curve = value_curve(valid_churned, valid_scores[name], campaign)
    curve = curve[curve["contacted"] <= capacity]
    best = curve.loc[curve["value"].idxmax()]
    if best["value"] <= 0:
        return {"model": None, "threshold": None, "valid_value": 0.0, "test_value": 0.0}
    return {
        "model": name,
        "threshold": best["threshold"],
        "valid_value": best["value"],
        "test_value": campaign_value(test_churned, test_scores[name], best["threshold"], campaign),
    }
