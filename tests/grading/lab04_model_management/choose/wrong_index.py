"""Returns the place of the candidate instead of its name."""


def choose(candidates, past, terms):
    later = [one["later"] for one in past]
    usual, spread = statistics.mean(later), statistics.stdev(later)

    def expected(one):
        """What the candidate may be expected to bring: its figure, drawn towards the usual one."""
        weight = spread**2 / (spread**2 + one["se"] ** 2)
        gain = usual + weight * (one["gain"] - usual)
        return gain * terms["customers"] * terms["months"] - terms["cost"]

    best = max(candidates, key=expected)
    return candidates.index(best) if expected(best) > 0 else None
