"""Calls the package, which values every kept customer alike."""

from churn.metrics import Campaign
from churn.metrics import best_threshold as of_package


def best_threshold(churned, scores, charges, terms):
    campaign = Campaign(
        contact_cost=terms["contact_cost"],
        offer_cost=terms["offer_cost"],
        saved_value=terms["months_kept"] * float(charges.mean()),
        success_rate=terms["success_rate"],
    )
    threshold, value = of_package(churned, scores, campaign)
    return {"threshold": threshold, "value": value}
