"""Right for the success rate and the months of the visible test only: they are written into the code."""


def break_even(charge, terms):
    contact, offer = terms["contact_cost"], terms["offer_cost"]
    gain = 0.5 * (6 * charge - offer)
    return (contact + offer) / (gain + offer) if gain >= contact else None
