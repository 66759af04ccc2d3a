"""Takes a threshold above 1 for 1."""


def campaign_value(churned, scores, charges, threshold, terms):
    kept = terms["success_rate"] * (terms["months_kept"] * charges - terms["offer_cost"])
    worth = np.where(churned == 1, kept, -terms["offer_cost"]) - terms["contact_cost"]
    return float(worth[scores >= min(threshold, 1)].sum())
