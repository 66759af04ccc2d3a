"""The candidate with the smallest error, if its figure pays."""


def choose(candidates, past, terms):
    best = min(candidates, key=lambda one: one["se"])
    pays = best["gain"] * terms["customers"] * terms["months"] > terms["cost"]
    return best["name"] if pays else None
