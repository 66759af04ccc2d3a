"""Every half year."""


def retrain(seen):
    return seen["age"] >= 6
