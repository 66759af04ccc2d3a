"""Hard-coded to five blue ducks in a thousand."""


def probability_blue(prevalence, sensitivity, specificity):
    says_blue = sensitivity * 5 + (1 - specificity) * 995
    return sensitivity * 5 / says_blue if says_blue else None
