"""Says of every barn that there is no answer."""


def probability_blue(prevalence, sensitivity, specificity):
    return None
