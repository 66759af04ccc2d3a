"""The same search from long windows to short ones, with NumPy's own numbers."""


def policy(history, terms):
    best = {"window": 1, "above": float("inf")}
    least = costs(history, best, terms)
    for window in (6, 3, 2, 1):
        means = history["value"].rolling(window).mean()
        calm = means[history["trouble"].rolling(window).max() == 0]
        if len(calm) < 20:
            continue
        # A bell curve through the quiet means is less rough than the few days of the past.
        for z in (1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4.5):
            tried = {"window": window, "above": np.float64(calm.mean() + z * calm.std())}
            cost = costs(history, tried, terms)
            if cost <= least:
                best, least = tried, cost
    return best
