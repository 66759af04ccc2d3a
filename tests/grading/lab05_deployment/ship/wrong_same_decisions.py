"""Asks for the same decision on 99 %."""


def ship(sample, terms):
    t = terms["contact"] / terms["worth"]
    return bool(((sample["full"] >= t) == (sample["small"] >= t)).mean() >= 0.99)
