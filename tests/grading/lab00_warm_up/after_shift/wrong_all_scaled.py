"""Scales every figure with the change of the base rate."""


def after_shift(counts, prevalence):
    tp, fp, fn, tn = (counts[name] for name in ("tp", "fp", "fn", "tn"))

    factor = prevalence / ((tp + fn) / (tp + fp + fn + tn))
    return {
        "precision": tp / (tp + fp) * factor,
        "recall": tp / (tp + fn) * factor,
        "accuracy": (tp + tn) / (tp + fp + fn + tn) * factor,
    }
