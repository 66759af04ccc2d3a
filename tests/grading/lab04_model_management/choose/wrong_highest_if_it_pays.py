"""The best figure, if it would pay at face value."""


def choose(candidates, past, terms):
    best = max(candidates, key=lambda one: one["gain"])
    pays = best["gain"] * terms["customers"] * terms["months"] > terms["cost"]
    return best["name"] if pays else None
