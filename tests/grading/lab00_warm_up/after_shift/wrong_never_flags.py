"""Breaks on a model that flags nobody."""


def after_shift(counts, prevalence):
    tp, fp, fn, tn = (counts[name] for name in ("tp", "fp", "fn", "tn"))

    recall = tp / (tp + fn)
    alarms = fp / (fp + tn)
    return {
        "precision": recall * prevalence / (recall * prevalence + alarms * (1 - prevalence)),
        "recall": recall,
        "accuracy": recall * prevalence + (1 - alarms) * (1 - prevalence),
    }
