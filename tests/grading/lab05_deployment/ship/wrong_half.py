"""The threshold is 0.5."""


def ship(sample, terms):
    other = (sample["full"] >= 0.5) != (sample["small"] >= 0.5)
    stake = (sample["full"] * terms["worth"] - terms["contact"]).abs()
    return bool((stake * other).mean() * terms["customers"] < terms["saves"])
