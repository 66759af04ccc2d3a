"""No customer is worth a contact."""


def break_even(charge, terms):
    return None
