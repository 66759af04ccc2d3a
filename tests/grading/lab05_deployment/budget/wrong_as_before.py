"""Waits for 0.2 seconds, as before."""


def budget(calls, terms):
    return 0.2
