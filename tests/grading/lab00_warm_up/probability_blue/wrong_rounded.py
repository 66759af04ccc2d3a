"""Rounds to nine digits."""


def probability_blue(prevalence, sensitivity, specificity):
    hits = prevalence * sensitivity
    alarms = hits + (1 - prevalence) * (1 - specificity)
    return round(hits / alarms, 9) if alarms > 0 else None
