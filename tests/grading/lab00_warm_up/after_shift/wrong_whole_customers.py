"""Scales to 10,000 customers and rounds the counts: 'nothing is rounded'."""


def after_shift(counts, prevalence):
    leavers = round(10_000 * prevalence)
    stayers = 10_000 - leavers
    recall = counts["tp"] / (counts["tp"] + counts["fn"])
    tp = round(leavers * recall)
    fp = round(stayers * counts["fp"] / (counts["fp"] + counts["tn"]))
    return {
        "precision": tp / (tp + fp) if tp + fp else None,
        "recall": recall,
        "accuracy": (tp + stayers - fp) / 10_000,
    }
