"""Takes few flagged customers for none."""


def after_shift(counts, prevalence):
    recall = counts["tp"] / (counts["tp"] + counts["fn"])
    false_alarms = counts["fp"] / (counts["fp"] + counts["tn"])
    hits = prevalence * recall
    flagged = hits + (1 - prevalence) * false_alarms
    return {
        "precision": hits / flagged if flagged > 1e-6 else None,
        "recall": recall,
        "accuracy": hits + (1 - prevalence) * (1 - false_alarms),
    }
