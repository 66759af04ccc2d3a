"""Returns 1 where no contact pays."""


def break_even(charge, terms):
    worth = terms["months_kept"] * charge
    cost = terms["offer_cost"] + terms["contact_cost"]
    gain = terms["success_rate"] * (worth - terms["offer_cost"]) + terms["offer_cost"]
    return min(1.0, cost / gain) if gain > 0 else 1.0
