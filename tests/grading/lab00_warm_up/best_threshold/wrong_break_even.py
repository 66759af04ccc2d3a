"""Takes the break-even of the average bill, whatever the labels say."""


def best_threshold(churned, scores, charges, terms):
    t = break_even(charges.mean(), terms)
    t = 2.0 if t is None else t
    return {"threshold": t, "value": campaign_value(churned, scores, charges, t, terms)}
