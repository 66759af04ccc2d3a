"""Answers in per cent."""


def probability_blue(prevalence, sensitivity, specificity):
    hits = sensitivity * prevalence
    says_blue = hits + (1 - specificity) * (1 - prevalence)
    return 100 * hits / says_blue if says_blue else None
