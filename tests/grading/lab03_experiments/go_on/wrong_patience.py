"""Stops after five trials without anything better, whatever they cost."""


def go_on(values, baseline, months, price):
    best, since = baseline, 0
    for value in values:
        since += 1
        if value is not None and value > best:
            best, since = value, 0
    return since < 5
