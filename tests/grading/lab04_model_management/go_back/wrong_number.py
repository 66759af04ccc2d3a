"""Returns the loss that is expected instead of True or False."""


def go_back(figures, left, cost, noise):
    seen = [x for x in figures if x is not None][-7:]
    return max(0.0, -sum(seen) / 7 * left - cost)
