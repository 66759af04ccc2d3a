"""Cost of a contact over the worth of a customer: forgets who takes the offer anyway."""


def break_even(charge, terms):
    worth = terms["months_kept"] * charge
    if terms["success_rate"] * (worth - terms["offer_cost"]) < terms["contact_cost"]:
        return None
    return (terms["offer_cost"] + terms["contact_cost"]) / (terms["success_rate"] * worth)
