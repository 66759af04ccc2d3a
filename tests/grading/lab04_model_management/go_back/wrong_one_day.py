"""Goes back after a day that is a loss beyond two standard deviations; a good day before does not matter."""


def go_back(figures, left, cost, noise):
    return figures[-1] is not None and figures[-1] < -3 * noise
