"""Goes back when the mean of all days is below 0."""


def go_back(figures, left, cost, noise):
    return sum(x or 0 for x in figures) / len(figures) < 0
