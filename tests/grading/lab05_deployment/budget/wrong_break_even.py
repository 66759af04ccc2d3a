"""Waits until the wait has eaten the gain."""


def budget(calls, terms):
    return min(3.0, terms["gain"] / terms["per_second"])
