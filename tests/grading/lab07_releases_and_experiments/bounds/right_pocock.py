"""The same bound at each look, by simulation."""


def bounds(looks):
    if looks == 1:
        return [float(stats.norm.ppf(0.975))]
    z = np.zeros(100_000)
    highest = np.zeros(100_000)
    rng = np.random.default_rng(11)
    for k in range(1, looks + 1):
        z += rng.normal(size=100_000)
        highest = np.maximum(highest, np.abs(z) / k**0.5)
    return [float(np.quantile(highest, 0.951))] * looks
