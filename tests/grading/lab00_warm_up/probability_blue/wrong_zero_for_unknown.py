"""Answers 0 where the question has no answer."""


def probability_blue(prevalence, sensitivity, specificity):
    hits = sensitivity * prevalence
    says_blue = hits + (1 - specificity) * (1 - prevalence)
    return hits / says_blue if says_blue > 0 else 0.0
