"""Reckons with decimal numbers, and returns one."""

from decimal import Decimal


def probability_blue(prevalence, sensitivity, specificity):
    blue, hit, spared = (Decimal(str(x)) for x in (prevalence, sensitivity, specificity))
    called = blue * hit + (1 - blue) * (1 - spared)
    return blue * hit / called if called else None
