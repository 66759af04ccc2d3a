"""Believes half of each figure."""


def choose(candidates, past, terms):
    best = max(candidates, key=lambda one: one["gain"])
    pays = best["gain"] / 2 * terms["customers"] * terms["months"] > terms["cost"]
    return best["name"] if pays else None
