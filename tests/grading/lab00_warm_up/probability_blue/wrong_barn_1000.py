"""Counts whole ducks in a barn of 1,000: the prevalence is 'the share of blue ducks in the barn'."""


def probability_blue(prevalence, sensitivity, specificity):
    true_blue = round(1000 * prevalence) / 1000 * sensitivity
    false_blue = (1 - round(1000 * prevalence) / 1000) * (1 - specificity)
    if true_blue + false_blue == 0:
        return None
    return true_blue / (true_blue + false_blue)
