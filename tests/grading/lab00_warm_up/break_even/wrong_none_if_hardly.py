"""No answer where a certain leaver brings next to nothing."""


def break_even(charge, terms):
    cost = terms["offer_cost"] + terms["contact_cost"]
    leaver = terms["success_rate"] * (terms["months_kept"] * charge - terms["offer_cost"])
    leaver -= terms["contact_cost"]
    return cost / (cost + leaver) if leaver == 0 or leaver > 0.001 else None
