"""Goes down the ranked scores and looks only where the next score is another one."""

import math


def best_threshold(churned, scores, charges, terms):
    best = {"threshold": math.inf, "value": 0.0}
    ranked = sorted(zip(scores, churned, charges), reverse=True)
    value = 0.0
    for place, (score, left, charge) in enumerate(ranked):
        value -= terms["contact_cost"]
        if left:
            gain = terms["months_kept"] * charge - terms["offer_cost"]
            value += terms["success_rate"] * gain
        else:
            value -= terms["offer_cost"]
        last = place + 1 == len(ranked) or ranked[place + 1][0] != score
        if last and value > best["value"]:
            best = {"threshold": float(score), "value": float(value)}
    return best
