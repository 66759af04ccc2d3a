"""None when a contact is free (break-even at 0): only if contacting loses money."""


def break_even(charge, terms):
    leaver = (
        terms["success_rate"] * (terms["months_kept"] * charge - terms["offer_cost"])
        - terms["contact_cost"]
    )
    stayer = -(terms["offer_cost"] + terms["contact_cost"])
    if leaver < 0:
        return None
    return (-stayer / (leaver - stayer)) or None
