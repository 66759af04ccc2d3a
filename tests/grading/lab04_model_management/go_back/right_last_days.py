"""The worst run of last days, shrunk, against what is at stake."""


def go_back(figures, left, cost, noise):
    seen = np.array([x for x in figures if x is not None], dtype=float)
    for n in range(3, len(seen) + 1):
        mean = seen[-n:].mean()
        if mean + 2.3 * noise / np.sqrt(n) < 0 and -mean * left > cost:
            return True
    return False
