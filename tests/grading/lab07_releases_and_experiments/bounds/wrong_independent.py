"""As if looks were independent."""


def bounds(looks):
    return [float(stats.norm.ppf(0.5 + 0.5 * 0.95 ** (1 / looks)))] * looks
