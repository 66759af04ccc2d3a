"""Bonferroni."""


def bounds(looks):
    return [float(stats.norm.ppf(1 - 0.025 / looks))] * looks
