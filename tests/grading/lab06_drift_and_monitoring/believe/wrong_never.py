"""Always waits."""


def believe(scores, early, terms):
    return False
