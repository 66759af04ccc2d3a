"""Takes one accuracy for both colours: right only when they are equal."""


def probability_blue(prevalence, sensitivity, specificity):
    says_blue = sensitivity * prevalence + (1 - sensitivity) * (1 - prevalence)
    return sensitivity * prevalence / says_blue if says_blue else None
