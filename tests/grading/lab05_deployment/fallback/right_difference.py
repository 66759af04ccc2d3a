"""The plain difference of two rates in each group."""


def fallback(history, terms):
    reasons = ["unknown", "store", "features"]
    contracts = ["Month-to-month", "One year", "Two year"]
    rates = history.groupby(["reason", "contract", "contacted"])["left"].mean()
    rule = {}
    for reason in reasons:
        rule[reason] = {}
        for contract in contracts:
            keys = [(reason, contract, False), (reason, contract, True)]
            if not all(key in rates.index for key in keys):
                rule[reason][contract] = False
                continue
            kept = rates[keys[0]] - rates[keys[1]]
            rule[reason][contract] = bool(kept * terms["worth"] > terms["contact"])
    return rule
