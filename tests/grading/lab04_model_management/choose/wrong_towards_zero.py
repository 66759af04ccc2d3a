"""Draws the figures towards 0 instead of towards what is usual."""


def choose(candidates, past, terms):
    spread = 0.3

    def expected(one):
        gain = one["gain"] * spread**2 / (spread**2 + one["se"] ** 2)
        return gain * terms["customers"] * terms["months"] - terms["cost"]

    best = max(candidates, key=expected)
    return best["name"] if expected(best) > 0 else None
