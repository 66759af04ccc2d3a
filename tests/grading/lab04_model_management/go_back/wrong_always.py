"""Goes back on the first day."""


def go_back(figures, left, cost, noise):
    return True
