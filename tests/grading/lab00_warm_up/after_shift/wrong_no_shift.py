"""Reports what was measured on the test table and ignores the new base rate."""


def after_shift(counts, prevalence):
    tp, fp, fn, tn = (counts[name] for name in ("tp", "fp", "fn", "tn"))

    return {
        "precision": tp / (tp + fp),
        "recall": tp / (tp + fn),
        "accuracy": (tp + tn) / (tp + fp + fn + tn),
    }
