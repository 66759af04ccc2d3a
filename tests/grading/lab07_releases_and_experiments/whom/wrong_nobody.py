"""Nobody."""


def whom(log, today, cost, gain):
    return []
