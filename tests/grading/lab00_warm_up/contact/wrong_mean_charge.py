"""Probabilities of last month, but one break-even, that of the mean charge."""


def contact(past, new, terms):
    meaning = IsotonicRegression(out_of_bounds="clip").fit(past["score"], past["churned"])
    least = break_even(new["charge"].mean(), terms)
    return [bool(least is not None and p >= least) for p in meaning.predict(new["score"])]
