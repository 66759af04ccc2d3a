"""The champion always stays."""


def choose(candidates, past, terms):
    return None
