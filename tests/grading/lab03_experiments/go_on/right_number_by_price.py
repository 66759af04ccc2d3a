"""As many trials as the months may pay for, whatever they find; none where one costs too much."""


def go_on(values, baseline, months, price):
    return len(values) < int(min(30, months * 40 / price))
