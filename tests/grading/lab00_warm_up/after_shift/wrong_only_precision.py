"""Moves the precision and leaves the accuracy as it was."""


def after_shift(counts, prevalence):
    tp, fp, fn, tn = (counts[name] for name in ("tp", "fp", "fn", "tn"))

    recall = tp / (tp + fn)
    alarms = fp / (fp + tn)
    flagged = recall * prevalence + alarms * (1 - prevalence)
    return {
        "precision": recall * prevalence / flagged if flagged else None,
        "recall": recall,
        "accuracy": (tp + tn) / (tp + fp + fn + tn),
    }
