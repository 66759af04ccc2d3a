"""Forgets that only a share of the leavers can be kept."""

import numpy as np


def campaign_value(churned, scores, charges, threshold, terms):
    contacted = scores >= threshold
    worth = terms["months_kept"] * charges
    leaver = worth - terms["offer_cost"] - terms["contact_cost"]
    stayer = -(terms["offer_cost"] + terms["contact_cost"])
    gain = np.where(churned == 1, leaver, stayer)
    return float(gain[contacted].sum())
