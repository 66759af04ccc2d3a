"""Looks at the price only after ten trials."""


def go_on(values, baseline, months, price):
    found = sorted(value for value in values if value is not None)
    if len(values) < 10 or len(found) < 2:
        return True
    return months * (found[-1] - found[-2]) > price
