"""Never pages anybody."""


def policy(history, terms):
    return {"window": 1, "above": float("inf")}
