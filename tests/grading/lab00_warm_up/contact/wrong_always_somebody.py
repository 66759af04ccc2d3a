"""Contacts the best twentieth in any case."""


def contact(past, new, terms):
    meaning = IsotonicRegression(out_of_bounds="clip").fit(past["score"], past["churned"])
    chances = meaning.predict(new["score"])
    least = np.array([np.inf if (p := break_even(c, terms)) is None else p for c in new["charge"]])
    chosen = chances > least
    chosen[np.argsort(-chances)[: len(new) // 20]] = True
    return chosen
