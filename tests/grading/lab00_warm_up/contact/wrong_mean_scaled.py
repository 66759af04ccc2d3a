"""Only scales the scores until their mean is the churn rate of last month."""


def contact(past, new, terms):
    p = new["score"] * past["churned"].mean() / past["score"].mean()
    least = [break_even(charge, terms) for charge in new["charge"]]
    return [bool(one is not None and mine >= one) for mine, one in zip(p, least)]
