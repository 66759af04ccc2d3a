"""Pages every day: nothing is ever missed."""


def policy(history, terms):
    return {"window": 1, "above": float(history["value"].min()) - 1}
