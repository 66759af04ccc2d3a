"""Forgets what waiting costs while nobody answers."""


def budget(calls, terms):
    waited = np.sort(calls["waited"])
    times, now = np.unique(calls.loc[calls["answered"], "waited"], return_counts=True)
    at_risk = len(waited) - np.searchsorted(waited, times)
    share = 1 - np.cumprod(1 - now / at_risk)
    return float(times[(terms["gain"] * share - terms["per_second"] * times * share).argmax()])
