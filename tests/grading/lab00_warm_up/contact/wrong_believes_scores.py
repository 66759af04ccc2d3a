"""Takes every score for a probability."""


def contact(past, new, terms):
    least = [break_even(charge, terms) for charge in new["charge"]]
    return [p is not None and score >= p for p, score in zip(least, new["score"])]
