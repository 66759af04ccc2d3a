"""Ships every twin."""


def ship(sample, terms):
    return True
