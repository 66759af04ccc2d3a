"""Leaves out the look-ups that were cut off."""


def budget(calls, terms):
    times = calls.loc[calls["answered"], "waited"].to_numpy()
    times = np.sort(times)
    share = np.arange(1, len(times) + 1) / len(times)
    before = np.concatenate([[0.0], share[:-1]])
    waiting = np.cumsum((1 - before) * np.diff(times, prepend=0.0))
    brings = terms["gain"] * share - terms["per_second"] * waiting
    return float(times[brings.argmax()]) if brings.max() > 0 else 0.0
