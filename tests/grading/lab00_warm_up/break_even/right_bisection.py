"""Bisection on the expected value, with two imagined customers and task 5."""

import numpy as np


def break_even(charge, terms):
    one = np.array([1.0])
    charges = np.array([charge])
    leaver = campaign_value(np.array([1]), one, charges, 0.5, terms)
    stayer = campaign_value(np.array([0]), one, charges, 0.5, terms)
    if leaver < 0:
        return None
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if middle * leaver + (1 - middle) * stayer < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
