"""Wang and Tsiatis’ family, between Pocock and O’Brien and Fleming."""


def bounds(looks):
    k = np.arange(1, looks + 1)
    paths = np.cumsum(np.random.default_rng(5).standard_normal((80_000, looks)), axis=1)
    z = np.abs(paths) / np.sqrt(k)
    shape = (k / looks) ** (0.25 - 0.5)
    return list(np.quantile((z / shape).max(axis=1), 0.9505) * shape)
