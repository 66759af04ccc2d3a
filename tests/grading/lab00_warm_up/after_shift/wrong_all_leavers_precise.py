"""Where everybody leaves the precision is 1, though nobody is flagged."""


def after_shift(counts, prevalence):
    recall = counts["tp"] / (counts["tp"] + counts["fn"])
    false_alarms = counts["fp"] / (counts["fp"] + counts["tn"])
    hits = prevalence * recall
    flagged = hits + (1 - prevalence) * false_alarms
    return {
        "precision": 1.0 if prevalence == 1 else hits / flagged if flagged else None,
        "recall": recall,
        "accuracy": hits + (1 - prevalence) * (1 - false_alarms),
    }
