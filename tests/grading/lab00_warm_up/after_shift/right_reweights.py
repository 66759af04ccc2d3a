"""Gives every cell of the table its new weight."""

import numpy as np


def after_shift(counts, prevalence):
    leavers = np.array([counts["tp"], counts["fn"]], dtype=float)
    others = np.array([counts["fp"], counts["tn"]], dtype=float)
    tp, fn = prevalence * leavers / leavers.sum()
    fp, tn = (1 - prevalence) * others / others.sum()
    return {
        "accuracy": tp + tn,
        "recall": leavers[0] / leavers.sum(),
        "precision": tp / (tp + fp) if tp + fp > 0 else None,
    }
