"""Decides about last month's customers instead of the new ones."""


def contact(past, new, terms):
    meaning = IsotonicRegression(out_of_bounds="clip").fit(past["score"], past["churned"])
    p = meaning.predict(past["score"])
    least = [break_even(charge, terms) for charge in past["charge"]]
    return [bool(one is not None and mine > one) for mine, one in zip(p, least)][: len(new)]
