"""Contacts where a call does harm."""


def fallback(history, terms):
    reasons = ["unknown", "store", "features"]
    contracts = ["Month-to-month", "One year", "Two year"]
    rates = history.groupby(["reason", "contract", "contacted"])["left"].mean()
    bar = terms["contact"] / terms["worth"]
    return {
        r: {
            c: bool(rates.get((r, c, True), 0) - rates.get((r, c, False), 0) > bar)
            for c in contracts
        }
        for r in reasons
    }
