"""Judges by who left in the sample."""


def ship(sample, terms):
    t = terms["contact"] / terms["worth"]
    value = sample["left"] * terms["worth"] - terms["contact"]
    lost = (value * ((sample["full"] >= t).astype(int) - (sample["small"] >= t).astype(int))).mean()
    return bool(lost * terms["customers"] < terms["saves"])
