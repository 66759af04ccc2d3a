"""Looks at the oldest of the six months."""


def retrain(seen):
    oldest = seen["months"][0]
    left = oldest["called"]["left"] + oldest["others"]["left"]
    expected = oldest["called"]["expected"] + oldest["others"]["expected"]
    return abs(left - expected) > 3 * expected**0.5
