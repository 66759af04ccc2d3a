"""Asks for no difference above 0.05."""


def ship(sample, terms):
    return bool((sample["full"] - sample["small"]).abs().max() <= 0.05)
