"""Values every kept customer at the average bill."""

import numpy as np


def campaign_value(churned, scores, charges, threshold, terms):
    contacted = scores >= threshold
    worth = terms["months_kept"] * charges.mean() * np.ones(len(charges))
    leaver = terms["success_rate"] * (worth - terms["offer_cost"]) - terms["contact_cost"]
    stayer = -(terms["offer_cost"] + terms["contact_cost"])
    gain = np.where(churned == 1, leaver, stayer)
    return float(gain[contacted].sum())
