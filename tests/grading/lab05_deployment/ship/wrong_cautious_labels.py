"""Ships only if what is lost by the labels is surely less than what is saved."""


def ship(sample, terms):
    t = terms["contact"] / terms["worth"]
    value = sample["left"] * terms["worth"] - terms["contact"]
    lost = value * ((sample["full"] >= t).astype(int) - (sample["small"] >= t).astype(int))
    most = lost.mean() + 1.96 * lost.std() / len(lost) ** 0.5
    return bool(most * terms["customers"] < terms["saves"])
