"""None when a certain leaver is worth exactly 0: only 'if contacting loses money even when the customer is certain to leave'."""


def break_even(charge, terms):
    leaver = (
        terms["success_rate"] * (terms["months_kept"] * charge - terms["offer_cost"])
        - terms["contact_cost"]
    )
    stayer = -(terms["offer_cost"] + terms["contact_cost"])
    if leaver <= 0:
        return None
    return -stayer / (leaver - stayer)
