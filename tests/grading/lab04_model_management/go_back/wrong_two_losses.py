"""Goes back after two losses in a row."""


def go_back(figures, left, cost, noise):
    seen = [x for x in figures if x is not None][-2:]
    return len(seen) == 2 and max(seen) < 0
