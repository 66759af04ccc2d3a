"""Stops at the first trial that is not better."""


def go_on(values, baseline, months, price):
    if not values:
        return True
    found = [baseline if value is None else value for value in values]
    return found[-1] > max([baseline, *found[:-1]])
