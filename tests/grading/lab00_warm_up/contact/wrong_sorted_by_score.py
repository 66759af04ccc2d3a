"""Returns the decisions in the order of the scores instead of the rows."""


def contact(past, new, terms):
    new = new.sort_values("score")
    meaning = IsotonicRegression(out_of_bounds="clip").fit(past["score"], past["churned"])
    p = meaning.predict(new["score"])
    least = [break_even(charge, terms) for charge in new["charge"]]
    return [bool(one is not None and mine > one) for mine, one in zip(p, least)]
