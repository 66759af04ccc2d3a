"""Contacts those who are nearly at the threshold."""


def campaign_value(churned, scores, charges, threshold, terms):
    k = terms["success_rate"] * (terms["months_kept"] * charges - terms["offer_cost"])
    g = np.where(churned == 1, k, -terms["offer_cost"]) - terms["contact_cost"]
    return float(g[scores > threshold - 0.01].sum())
