"""Nobody is ever contacted."""


def pick_by_value(valid_scores, valid_churned, test_scores, test_churned, terms, capacity):
    return {"model": None, "threshold": None, "valid_value": 0.0, "test_value": 0.0}
