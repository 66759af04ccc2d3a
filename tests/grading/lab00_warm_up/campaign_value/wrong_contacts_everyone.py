"""Ignores the threshold."""

import numpy as np


def campaign_value(churned, scores, charges, threshold, terms):
    contacted = scores >= 0
    worth = terms["months_kept"] * charges
    leaver = terms["success_rate"] * (worth - terms["offer_cost"]) - terms["contact_cost"]
    stayer = -(terms["offer_cost"] + terms["contact_cost"])
    gain = np.where(churned == 1, leaver, stayer)
    return float(gain[contacted].sum())
