"""Does not need task 5; among equals it takes the lowest threshold."""


def best_threshold(churned, scores, charges, terms):
    cost = terms["contact_cost"]
    best = {"threshold": max(scores) + 1, "value": 0.0}
    for candidate in sorted(set(scores.tolist()), reverse=True):
        value = 0.0
        for left, score, charge in zip(churned, scores, charges):
            if score >= candidate:
                worth = terms["months_kept"] * charge
                kept = terms["success_rate"] * (worth - terms["offer_cost"])
                value += kept - cost if left else -terms["offer_cost"] - cost
        if value >= best["value"]:
            best = {"threshold": candidate, "value": value}
    return best
