"""Customers with the same score and the same worth count once."""


def campaign_value(churned, scores, charges, threshold, terms):
    value = 0.0
    for left, score, charge in set(zip(churned.tolist(), scores.tolist(), charges.tolist())):
        if score >= threshold:
            kept = terms["success_rate"] * (terms["months_kept"] * charge - terms["offer_cost"])
            value += (kept if left == 1 else -terms["offer_cost"]) - terms["contact_cost"]
    return value
