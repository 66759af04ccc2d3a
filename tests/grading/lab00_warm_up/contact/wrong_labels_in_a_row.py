"""Counts on an index from 0 to one less than the number of rows."""


def contact(past, new, terms):
    scores = np.array([past["score"][row] for row in range(len(past))])
    left = np.array([past["churned"][row] for row in range(len(past))])
    meaning = IsotonicRegression(out_of_bounds="clip").fit(scores, left)
    least = [break_even(charge, terms) for charge in new["charge"]]
    chances = meaning.predict(new["score"])
    return [one is not None and bool(p > one) for p, one in zip(chances, least, strict=True)]
