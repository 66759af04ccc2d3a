"""When the mix has changed."""


def retrain(seen):
    return seen["mix"] > 0.05
