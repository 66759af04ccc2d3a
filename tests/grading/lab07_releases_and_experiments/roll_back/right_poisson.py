"""A Poisson test with the rate of each hour."""


def roll_back(hours):
    expected = observed = 0.0
    for hour in hours:
        mine, other = hour["candidate"], hour["champion"]
        if other["requests"]:
            rate = (other["errors"] + mine["errors"]) / (other["requests"] + mine["requests"])
            expected += rate * mine["requests"]
            observed += mine["errors"]
    if observed <= expected:
        return False
    chance = stats.poisson.sf(observed - 1, expected)
    return bool(chance < (0.085 if len(hours) == 24 else 0.0015))
