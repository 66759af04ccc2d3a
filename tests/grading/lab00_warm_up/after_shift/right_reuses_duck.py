"""Reuses the duck: leavers are the blue ones."""


def after_shift(counts, prevalence):
    tp, fp, fn, tn = (counts[name] for name in ("tp", "fp", "fn", "tn"))

    sensitivity, specificity = tp / (tp + fn), tn / (tn + fp)
    return {
        "precision": probability_blue(prevalence, sensitivity, specificity),
        "recall": sensitivity,
        "accuracy": prevalence * sensitivity + (1 - prevalence) * specificity,
    }
