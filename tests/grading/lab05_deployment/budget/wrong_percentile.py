"""The 95th percentile of what was waited."""


def budget(calls, terms):
    return float(calls["waited"].quantile(0.95))
