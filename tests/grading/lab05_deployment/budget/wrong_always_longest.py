"""Waits as long as it may."""


def budget(calls, terms):
    return 3.0
