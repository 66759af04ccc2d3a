"""Contacts everybody."""


def contact(past, new, terms):
    return [True] * len(new)
