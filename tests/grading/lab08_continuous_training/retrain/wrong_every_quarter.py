"""Every quarter."""


def retrain(seen):
    return seen["month"] % 3 == 0
