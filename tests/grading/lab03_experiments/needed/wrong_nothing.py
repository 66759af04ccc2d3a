"""A record holds nothing."""


def needed(facts):
    return []
