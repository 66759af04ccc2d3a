"""Takes what is usual from the figures of the past, not from what they brought."""


def choose(candidates, past, terms):
    usual = statistics.mean(one["gain"] for one in past)
    spread = statistics.stdev(one["gain"] for one in past)

    def expected(one):
        weight = spread**2 / (spread**2 + one["se"] ** 2)
        gain = usual + weight * (one["gain"] - usual)
        return gain * terms["customers"] * terms["months"] - terms["cost"]

    best = max(candidates, key=expected)
    return best["name"] if expected(best) > 0 else None
