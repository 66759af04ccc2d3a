"""Counts an imagined million of ducks."""


def probability_blue(prevalence, sensitivity, specificity):
    ducks = 1e6
    blue = ducks * prevalence
    yellow = ducks - blue
    called_blue = blue * sensitivity
    false_alarms = yellow * (1 - specificity)
    if called_blue + false_alarms == 0:
        return None
    return called_blue / (called_blue + false_alarms)
