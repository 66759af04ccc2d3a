"""Always goes by the estimate."""


def believe(scores, early, terms):
    return True
