"""Three standard deviations above the quiet days, whatever anything costs."""


def policy(history, terms):
    quiet = history.loc[~history["trouble"], "value"]
    return {"window": 1, "above": float(quiet.mean() + 3 * quiet.std())}
