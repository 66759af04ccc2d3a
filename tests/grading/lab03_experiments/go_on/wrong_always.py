"""Runs every trial."""


def go_on(values, baseline, months, price):
    return True
