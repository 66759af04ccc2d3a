"""True or False."""


def decide(seen):
    return seen["age"] > 5
