"""Uses the specificity where the false alarm rate belongs."""


def probability_blue(prevalence, sensitivity, specificity):
    says_blue = sensitivity * prevalence + specificity * (1 - prevalence)
    return sensitivity * prevalence / says_blue if says_blue else None
