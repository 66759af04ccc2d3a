"""Subtracts the contact once more from the gain."""


def break_even(charge, terms):
    worth = terms["months_kept"] * charge
    if terms["success_rate"] * (worth - terms["offer_cost"]) < terms["contact_cost"]:
        return None
    cost = terms["offer_cost"] + terms["contact_cost"]
    gain = (
        terms["success_rate"] * (worth - terms["offer_cost"])
        + terms["offer_cost"]
        - terms["contact_cost"]
    )
    return cost / gain
