"""Does not weigh the false alarms with the share of yellow ducks."""


def probability_blue(prevalence, sensitivity, specificity):
    hits = sensitivity * prevalence
    says_blue = hits + (1 - specificity)
    return hits / says_blue if says_blue else None
