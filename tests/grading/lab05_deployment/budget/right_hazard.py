"""Step by step: the chance that the next moment brings an answer, if none came yet."""


def budget(calls, terms):
    edges = np.round(np.concatenate([np.arange(0, 0.3, 0.01), np.arange(0.3, 3.001, 0.05)]), 3)
    silent, waiting, best = 1.0, 0.0, (0.0, 0.0)
    for start, end in zip(edges[:-1], edges[1:]):
        asked = calls[(calls["budget"] >= end) & (calls["waited"] > start)]
        if len(asked):
            hazard = (asked["answered"] & (asked["waited"] <= end)).mean()
        else:
            hazard = 0.0
        waiting += silent * (1 - hazard / 2) * (end - start)
        silent *= 1 - hazard
        value = terms["gain"] * (1 - silent) - terms["per_second"] * waiting
        best = max(best, (value, end))
    return float(best[1])
