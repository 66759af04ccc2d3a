"""The effect by reason, contracts mixed: the old rule called others than it did not."""


def fallback(history, terms):
    reasons = ["unknown", "store", "features"]
    contracts = ["Month-to-month", "One year", "Two year"]
    rates = history.groupby(["reason", "contacted"])["left"].mean()
    bar = terms["contact"] / terms["worth"]
    return {
        r: {c: bool(rates.get((r, False), 0) - rates.get((r, True), 0) > bar) for c in contracts}
        for r in reasons
    }
