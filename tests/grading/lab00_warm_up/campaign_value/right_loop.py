"""Customer by customer."""


def campaign_value(churned, scores, charges, threshold, terms):
    total = 0.0
    for left, score, charge in zip(churned, scores, charges):
        if score < threshold:
            continue
        total -= terms["contact_cost"]
        if left:
            kept_worth = terms["months_kept"] * charge - terms["offer_cost"]
            total += terms["success_rate"] * kept_worth
        else:
            total -= terms["offer_cost"]
    return total
