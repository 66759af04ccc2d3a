"""Prints the answer and returns nothing."""


def probability_blue(prevalence, sensitivity, specificity):
    hits = sensitivity * prevalence
    print(hits / (hits + (1 - specificity) * (1 - prevalence)))
