"""Forgets that the sample is smaller than the customers."""


def ship(sample, terms):
    t = terms["contact"] / terms["worth"]
    other = (sample["full"] >= t) != (sample["small"] >= t)
    stake = (sample["full"] * terms["worth"] - terms["contact"]).abs()
    return bool((stake * other).sum() < terms["saves"])
