"""Contacts those with the lowest scores."""


def contact(past, new, terms):
    meaning = IsotonicRegression(out_of_bounds="clip").fit(past["score"], past["churned"])
    p = meaning.predict(1 - new["score"])
    least = [break_even(charge, terms) for charge in new["charge"]]
    return [bool(one is not None and mine > one) for mine, one in zip(p, least)]
