"""Takes fn for false alarms and fp for misses."""


def after_shift(counts, prevalence):
    tp, fp, fn, tn = (counts[name] for name in ("tp", "fp", "fn", "tn"))

    recall = tp / (tp + fp)
    alarms = fn / (fn + tn)
    flagged = recall * prevalence + alarms * (1 - prevalence)
    return {
        "precision": recall * prevalence / flagged if flagged else None,
        "recall": recall,
        "accuracy": recall * prevalence + (1 - alarms) * (1 - prevalence),
    }
