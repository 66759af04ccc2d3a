"""The mean of all days so far with its interval."""


def go_back(figures, left, cost, noise):
    seen = [x for x in figures if x is not None]
    if len(seen) < 2:
        return False
    mean = sum(seen) / len(seen)
    return mean + 2 * noise / len(seen) ** 0.5 < 0 and -mean * left > 0.2 * cost
