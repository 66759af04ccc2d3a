"""Nobody is ever contacted."""


def best_threshold(churned, scores, charges, terms):
    return {"threshold": np.inf, "value": 0.0}
