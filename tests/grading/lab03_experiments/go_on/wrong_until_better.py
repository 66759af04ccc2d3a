"""Goes on until a trial is better than the model in use."""


def go_on(values, baseline, months, price):
    return not any(value is not None and value > baseline for value in values)
