"""Always the candidate with the best figure."""


def choose(candidates, past, terms):
    return max(candidates, key=lambda one: one["gain"])["name"]
