"""There is never a pair to compare."""


def compare(a, b, test_share):
    return {"pairs": 0, "difference": None, "low": None, "high": None, "verdict": "undecided"}
