"""Looks whether the mean score of the early ones is that of all: which it is, by lot."""


def believe(scores, early, terms):
    return bool(abs(early["score"].mean() - scores.mean()) < terms["off"])
