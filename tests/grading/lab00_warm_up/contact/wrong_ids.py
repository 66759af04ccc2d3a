"""Returns the numbers of the rows to contact."""


def contact(past, new, terms):
    meaning = IsotonicRegression(out_of_bounds="clip").fit(past["score"], past["churned"])
    p = meaning.predict(new["score"])
    least = [break_even(charge, terms) for charge in new["charge"]]
    return [i for i, one in enumerate(least) if one is not None and p[i] > one]
