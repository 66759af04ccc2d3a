"""The value of a contact is a straight line in p: finds where it crosses zero."""


def break_even(charge, terms):
    at_zero = -(terms["offer_cost"] + terms["contact_cost"])
    at_one = (
        terms["success_rate"] * (terms["months_kept"] * charge - terms["offer_cost"])
        - terms["contact_cost"]
    )
    return -at_zero / (at_one - at_zero) if at_one >= 0 else None
