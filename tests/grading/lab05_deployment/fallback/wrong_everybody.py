"""Everybody is contacted."""


def fallback(history, terms):
    reasons = ["unknown", "store", "features"]
    contracts = ["Month-to-month", "One year", "Two year"]
    return {r: {c: True for c in contracts} for r in reasons}
