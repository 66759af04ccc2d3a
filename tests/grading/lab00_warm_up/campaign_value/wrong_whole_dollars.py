"""Keeps the worth of a customer in an array of the charges' type, which may be whole numbers."""


def campaign_value(churned, scores, charges, threshold, terms):
    kept = terms["success_rate"] * (terms["months_kept"] * charges - terms["offer_cost"])
    worth = np.zeros_like(charges)
    worth[:] = np.where(churned == 1, kept, -terms["offer_cost"]) - terms["contact_cost"]
    return float(worth[scores >= threshold].sum())
