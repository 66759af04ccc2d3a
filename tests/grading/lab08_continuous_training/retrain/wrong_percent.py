"""When the number of leavers is 5 % from what was expected."""


def retrain(seen):
    newest = seen["months"][-1]
    left = newest["called"]["left"] + newest["others"]["left"]
    expected = newest["called"]["expected"] + newest["others"]["expected"]
    return abs(left / expected - 1) > 0.05
