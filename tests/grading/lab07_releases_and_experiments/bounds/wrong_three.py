"""3 at each look, 1.96 at the end."""


def bounds(looks):
    return [3.0] * (looks - 1) + [1.96]
