"""Lets the recall move with the base rate."""


def after_shift(counts, prevalence):
    tp, fp, fn, tn = (counts[name] for name in ("tp", "fp", "fn", "tn"))

    recall = tp / (tp + fn)
    alarms = fp / (fp + tn)
    flagged = recall * prevalence + alarms * (1 - prevalence)
    return {
        "precision": recall * prevalence / flagged if flagged else None,
        "recall": recall * prevalence,
        "accuracy": recall * prevalence + (1 - alarms) * (1 - prevalence),
    }
