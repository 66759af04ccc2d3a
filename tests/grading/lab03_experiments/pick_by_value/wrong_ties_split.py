"""Ranks the customers and contacts the first ones, ties or not."""

import numpy as np

from churn.metrics import Campaign, campaign_value


def pick_by_value(valid_scores, valid_churned, test_scores, test_churned, terms, capacity):
    campaign = Campaign(**terms)
    gain = np.where(valid_churned == 1, campaign.value_of_leaver, campaign.value_of_stayer)
    pairs = []
    for name, one in valid_scores.items():
        order = np.argsort(-one, kind="stable")[:capacity]
        for place, value in enumerate(gain[order].cumsum()):
            pairs.append((-value, place + 1, name, one[order[place]]))
    if not pairs or min(pairs)[0] >= 0:
        return {"model": None, "threshold": None, "valid_value": 0.0, "test_value": 0.0}
    value, _, name, threshold = min(pairs)
    test_value = campaign_value(test_churned, test_scores[name], threshold, campaign)
    return {"model": name, "threshold": threshold, "valid_value": -value, "test_value": test_value}
