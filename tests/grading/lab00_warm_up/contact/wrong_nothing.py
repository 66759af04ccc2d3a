"""Contacts nobody."""


def contact(past, new, terms):
    return [False] * len(new)
