"""Takes "hardly ever" for "never"."""


def probability_blue(prevalence, sensitivity, specificity):
    hits = prevalence * sensitivity
    alarms = hits + (1 - prevalence) * (1 - specificity)
    return hits / alarms if alarms > 1e-10 else None
