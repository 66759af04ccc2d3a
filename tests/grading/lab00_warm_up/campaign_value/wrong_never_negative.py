"""Never below 0: 'the expected dollars, gains minus costs, from contacting every customer whose score is at least threshold'."""

import numpy as np


def campaign_value(churned, scores, charges, threshold, terms):
    leaver = (
        terms["success_rate"] * (terms["months_kept"] * charges - terms["offer_cost"])
        - terms["contact_cost"]
    )
    stayer = -(terms["offer_cost"] + terms["contact_cost"])
    value = np.where(churned == 1, leaver, stayer)
    return max(0.0, float(value[scores >= threshold].sum()))
