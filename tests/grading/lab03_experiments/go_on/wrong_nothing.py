"""Never searches."""


def go_on(values, baseline, months, price):
    return False
