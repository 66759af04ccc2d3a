"""Goes back after one day that is a loss of three standard deviations."""


def go_back(figures, left, cost, noise):
    return figures[-1] is not None and figures[-1] < -3 * noise
