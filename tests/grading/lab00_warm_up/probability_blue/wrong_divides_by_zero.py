"""Does not think of a detector that never says blue."""


def probability_blue(prevalence, sensitivity, specificity):
    hits = sensitivity * prevalence
    return hits / (hits + (1 - specificity) * (1 - prevalence))
