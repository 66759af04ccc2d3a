"""Posterior odds, cases without false alarms apart."""


def probability_blue(prevalence, sensitivity, specificity):
    false_alarms = (1 - specificity) * (1 - prevalence)
    hits = sensitivity * prevalence
    if false_alarms == 0:
        return 1.0 if hits > 0 else None
    odds = hits / false_alarms
    return odds / (1 + odds)
