"""Only when more leave than were expected."""


def retrain(seen):
    newest = seen["months"][-1]
    left = newest["called"]["left"] + newest["others"]["left"]
    expected = newest["called"]["expected"] + newest["others"]["expected"]
    return left > expected + 3 * expected**0.5
