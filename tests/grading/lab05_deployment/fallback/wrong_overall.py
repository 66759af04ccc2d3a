"""One answer for all groups, from all contacted and all others."""


def fallback(history, terms):
    reasons = ["unknown", "store", "features"]
    contracts = ["Month-to-month", "One year", "Two year"]
    rates = history.groupby("contacted")["left"].mean()
    yes = bool((rates.get(False, 0) - rates.get(True, 0)) * terms["worth"] > terms["contact"])
    return {r: {c: yes for c in contracts} for r in reasons}
