"""Everybody with a monthly contract, as ever."""


def fallback(history, terms):
    reasons = ["unknown", "store", "features"]
    contracts = ["Month-to-month", "One year", "Two year"]
    return {r: {c: c == "Month-to-month" for c in contracts} for r in reasons}
