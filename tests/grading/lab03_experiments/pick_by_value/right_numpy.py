"""Counts leavers and stayers by itself."""

import numpy as np


def value_at(threshold, churned, one, terms):
    contacted = one >= threshold
    leavers = churned[contacted].sum()
    stayers = contacted.sum() - leavers
    saved = terms["success_rate"] * (terms["saved_value"] - terms["offer_cost"])
    return float(
        leavers * saved - stayers * terms["offer_cost"] - contacted.sum() * terms["contact_cost"]
    )


def pick_by_value(valid_scores, valid_churned, test_scores, test_churned, terms, capacity):
    best = {"model": None, "threshold": None, "valid_value": 0.0, "test_value": 0.0}
    contacts = 0
    for name in sorted(valid_scores):
        one = valid_scores[name]
        for threshold in np.unique(one)[::-1]:
            n = int((one >= threshold).sum())
            value = value_at(threshold, valid_churned, one, terms)
            gain = value - best["valid_value"]
            if n <= capacity and (
                gain > 1e-9 or (best["model"] and abs(gain) < 1e-9 and n < contacts)
            ):
                test_value = value_at(threshold, test_churned, test_scores[name], terms)
                best = dict(
                    model=name, threshold=threshold, valid_value=value, test_value=test_value
                )
                contacts = n
    return best
