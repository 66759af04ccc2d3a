"""Gives everybody the churn rate of last month."""


def contact(past, new, terms):
    p = past["churned"].mean()
    least = [break_even(charge, terms) for charge in new["charge"]]
    return [bool(one is not None and p >= one) for one in least]
