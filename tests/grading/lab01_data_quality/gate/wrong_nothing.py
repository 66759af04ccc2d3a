"""Nothing is accepted, and nothing refused."""


def gate(batches, holdout):
    return {"trained_on": [], "quarantined": {}, "auc": None}
