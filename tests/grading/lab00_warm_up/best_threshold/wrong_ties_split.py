"""Ranks customers and cuts between two with the same score."""

import numpy as np


def best_threshold(churned, scores, charges, terms):
    order = np.lexsort((-churned, -scores))
    leaver = terms["success_rate"] * (terms["months_kept"] * charges - terms["offer_cost"])
    gain = np.where(churned == 1, leaver, -terms["offer_cost"]) - terms["contact_cost"]
    running = np.cumsum(gain[order])
    best = int(np.argmax(running))
    if running[best] <= 0:
        return {"threshold": 2.0, "value": 0.0}
    return {"threshold": float(scores[order][best]), "value": float(running[best])}
