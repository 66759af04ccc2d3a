"""Each other decision is said to lose a whole customer."""


def ship(sample, terms):
    t = terms["contact"] / terms["worth"]
    other = ((sample["full"] >= t) != (sample["small"] >= t)).mean()
    return bool(other * terms["worth"] * terms["customers"] < terms["saves"])
