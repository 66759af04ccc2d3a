"""The probability that a duck is blue and called blue, not divided by P(says blue)."""


def probability_blue(prevalence, sensitivity, specificity):
    if sensitivity * prevalence + (1 - specificity) * (1 - prevalence) == 0:
        return None
    return sensitivity * prevalence
