"""Scales the leavers and forgets that the others become more when they become fewer."""


def after_shift(counts, prevalence):
    tp, fp, fn, tn = (counts[name] for name in ("tp", "fp", "fn", "tn"))

    recall = tp / (tp + fn)
    factor = prevalence / ((tp + fn) / (tp + fp + fn + tn))
    tp, fn = tp * factor, fn * factor
    return {
        "precision": tp / (tp + fp) if tp + fp else None,
        "recall": recall,
        "accuracy": (tp + tn) / (tp + fp + fn + tn),
    }
