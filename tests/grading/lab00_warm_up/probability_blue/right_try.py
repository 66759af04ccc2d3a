"""Asks forgiveness instead of permission; returns a NumPy number."""

import numpy as np


def probability_blue(prevalence, sensitivity, specificity):
    prior = np.array([prevalence, 1 - prevalence])
    likelihood = np.array([sensitivity, 1 - specificity])
    joint = prior * likelihood
    if not joint.any():
        return None
    return (joint / joint.sum())[0]
