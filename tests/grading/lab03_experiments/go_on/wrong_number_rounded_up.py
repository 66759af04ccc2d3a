"""Runs a trial even where one costs more than it may bring."""


def go_on(values, baseline, months, price):
    return len(values) < min(30, months * 40 / price)
