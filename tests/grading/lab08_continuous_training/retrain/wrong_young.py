"""When surprised, but at most once a year."""


def retrain(seen):
    newest = seen["months"][-1]
    left = newest["called"]["left"] + newest["others"]["left"]
    expected = newest["called"]["expected"] + newest["others"]["expected"]
    return seen["age"] >= 12 and abs(left - expected) > 3 * expected**0.5
