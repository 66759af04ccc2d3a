"""Looks at the first ten days only."""


def go_back(figures, left, cost, noise):
    seen = [x for x in figures[:10] if x is not None]
    return len(figures) >= 10 and bool(seen) and -statistics.mean(seen) * left > cost
