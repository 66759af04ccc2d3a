"""Mean and standard deviation of all days, those of trouble among them."""


def policy(history, terms):
    value = history["value"]
    k = 1.0 if terms["missed_day"] > terms["false_page"] else 2.0
    return {"window": 2, "above": float(value.mean() + k * value.std())}
