"""The highest value of a quiet day: no false page in the past."""


def policy(history, terms):
    quiet = history.loc[~history["trouble"], "value"]
    return {"window": 1, "above": float(quiet.max()) + 0.001}
