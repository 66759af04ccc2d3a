"""Says None only when the offer costs more than the customer brings."""


def break_even(charge, terms):
    worth = terms["months_kept"] * charge
    if worth < terms["offer_cost"]:
        return None
    cost = terms["offer_cost"] + terms["contact_cost"]
    gain = terms["success_rate"] * (worth - terms["offer_cost"]) + terms["offer_cost"]
    return cost / gain
