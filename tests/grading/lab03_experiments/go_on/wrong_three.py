"""Three trials, whatever they cost."""


def go_on(values, baseline, months, price):
    return len(values) < 3
