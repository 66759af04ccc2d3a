"""Looks in the test table, not in production, whether anybody is flagged."""


def after_shift(counts, prevalence):
    recall = counts["tp"] / (counts["tp"] + counts["fn"])
    false_alarms = counts["fp"] / (counts["fp"] + counts["tn"])
    hits = prevalence * recall
    flagged = hits + (1 - prevalence) * false_alarms
    return {
        "precision": hits / flagged if counts["tp"] + counts["fp"] else None,
        "recall": recall,
        "accuracy": hits + (1 - prevalence) * (1 - false_alarms),
    }
