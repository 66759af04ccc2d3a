"""None when no leaver is flagged though stayers are: '`None` if nobody is ever flagged'."""


def after_shift(counts, prevalence):
    recall = counts["tp"] / (counts["tp"] + counts["fn"])
    alarm = counts["fp"] / (counts["fp"] + counts["tn"])
    flagged = prevalence * recall + (1 - prevalence) * alarm
    return {
        "precision": prevalence * recall / flagged if counts["tp"] else None,
        "recall": recall,
        "accuracy": prevalence * recall + (1 - prevalence) * (1 - alarm),
    }
