"""Works with odds p / (1 - p) and fails at a prevalence of 1: 'prevalence is the share of leavers'."""


def after_shift(counts, prevalence):
    odds = prevalence / (1 - prevalence)
    recall = counts["tp"] / (counts["tp"] + counts["fn"])
    alarm = counts["fp"] / (counts["fp"] + counts["tn"])
    flagged = odds * recall + alarm
    return {
        "precision": odds * recall / flagged if flagged else None,
        "recall": recall,
        "accuracy": (odds * recall + (1 - alarm)) / (1 + odds),
    }
