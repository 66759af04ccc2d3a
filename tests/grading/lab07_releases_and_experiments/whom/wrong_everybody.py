"""Everybody."""


def whom(log, today, cost, gain):
    return today["customerID"].tolist() if gain > cost else []
