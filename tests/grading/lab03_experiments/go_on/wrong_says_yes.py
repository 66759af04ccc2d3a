"""Says yes or no in words."""


def go_on(values, baseline, months, price):
    return "yes" if len(values) < months * 40 / price else "no"
