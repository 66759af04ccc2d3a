"""Promotes all."""


def roll_back(hours):
    return False
