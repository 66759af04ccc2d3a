"""Every quarter."""


def decide(seen):
    return "retrain" if seen["month"] % 3 == 2 else "keep"
