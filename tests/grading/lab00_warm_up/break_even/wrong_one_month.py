"""Counts a single month of the kept customer's bill."""


def break_even(charge, terms):
    worth = charge
    if terms["success_rate"] * (worth - terms["offer_cost"]) < terms["contact_cost"]:
        return None
    cost = terms["offer_cost"] + terms["contact_cost"]
    gain = terms["success_rate"] * (worth - terms["offer_cost"]) + terms["offer_cost"]
    return cost / gain
