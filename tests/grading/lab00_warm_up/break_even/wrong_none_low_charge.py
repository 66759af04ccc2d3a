"""None whenever the months' charges do not cover contact and offer: a leaver is worth 0 at another point."""


def break_even(charge, terms):
    leaver = (
        terms["success_rate"] * (terms["months_kept"] * charge - terms["offer_cost"])
        - terms["contact_cost"]
    )
    stayer = -(terms["offer_cost"] + terms["contact_cost"])
    if terms["months_kept"] * charge < terms["offer_cost"] + terms["contact_cost"] / max(
        terms["success_rate"], 0.5
    ):
        return None
    return -stayer / (leaver - stayer)
