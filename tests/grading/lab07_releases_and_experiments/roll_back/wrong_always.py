"""Takes all back."""


def roll_back(hours):
    return sum(h["candidate"]["errors"] for h in hours) > 1
