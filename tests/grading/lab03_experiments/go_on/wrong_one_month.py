"""Reckons with a single month of use."""


def go_on(values, baseline, months, price):
    found = [value for value in values if value is not None]
    best = max([baseline, *found])
    middle = (2 * (baseline - 40) + sum(found)) / (2 + len(found))
    z = (best - middle) / 80
    return bool(80 * (stats.norm.pdf(z) - z * stats.norm.sf(z)) > price)
