"""Customer by customer."""


def ship(sample, terms):
    lost = 0.0
    for full, small in zip(sample["full"], sample["small"]):
        value = full * terms["worth"] - terms["contact"]
        if full * terms["worth"] >= terms["contact"] and small * terms["worth"] < terms["contact"]:
            lost += value
        if full * terms["worth"] < terms["contact"] and small * terms["worth"] >= terms["contact"]:
            lost -= value
    if lost / len(sample) * terms["customers"] < terms["saves"]:
        return True
    return False
