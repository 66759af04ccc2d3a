"""Ships no twin."""


def ship(sample, terms):
    return False
