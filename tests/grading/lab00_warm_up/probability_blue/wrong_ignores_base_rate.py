"""Takes the detector's word: its sensitivity."""


def probability_blue(prevalence, sensitivity, specificity):
    return sensitivity
