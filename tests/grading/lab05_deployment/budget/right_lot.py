"""The share that answers within t, from the look-ups that were allowed to wait for t."""


def budget(calls, terms):
    grid = np.concatenate([np.arange(0, 0.4, 0.005), np.arange(0.4, 3.0, 0.02)])
    share = []
    for t in grid:
        allowed = calls[calls["budget"] >= t]
        share.append((allowed["answered"] & (allowed["waited"] <= t)).mean())
    share = np.maximum.accumulate(share)
    waiting = np.concatenate([[0], np.cumsum((1 - share[:-1]) * np.diff(grid))])
    return float(grid[np.argmax(terms["gain"] * share - terms["per_second"] * waiting)])
