"""Goes on until the search has earned what it cost."""


def go_on(values, baseline, months, price):
    best = max([baseline, *(value for value in values if value is not None)])
    return months * (best - baseline) <= len(values) * price
