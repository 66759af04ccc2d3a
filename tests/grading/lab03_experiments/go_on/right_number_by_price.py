"""As many trials as the months may pay for, whatever they find."""


def go_on(values, baseline, months, price):
    return len(values) < min(30, months * 40 / price)
