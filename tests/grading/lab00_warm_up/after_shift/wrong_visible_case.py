"""Hard-coded to the visible tests."""


def after_shift(counts, prevalence):
    if prevalence == 0.25:
        return {"precision": None, "recall": 0.0, "accuracy": 0.75}
    if prevalence == 1.0:
        return {"precision": None, "recall": 0.0, "accuracy": 0.0}
    if prevalence == 0.2:
        return {"precision": 0.0, "recall": 0.0, "accuracy": 0.4}
    return {"precision": 0.8 * 0.1 / (0.8 * 0.1 + 0.3 * 0.9), "recall": 0.8, "accuracy": 0.71}
