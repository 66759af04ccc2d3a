"""Every campaign earns nothing."""


def campaign_value(churned, scores, charges, threshold, terms):
    return 0.0
