"""Every month."""


def retrain(seen):
    return True
