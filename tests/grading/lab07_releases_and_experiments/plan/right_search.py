"""By counting up from the normal approximation of the power."""


def plan(old, new, share, per_day):
    for one in (old, new, share):
        if not (one > 0 and one < 1):
            raise ValueError("between 0 and 1, please")
    if old == new or not per_day >= 1:
        raise ValueError("a difference, and at least one customer a day")

    def power(n):
        error = (new * (1 - new) / (n * share) + old * (1 - old) / (n * (1 - share))) ** 0.5
        return stats.norm.cdf(abs(new - old) / error - stats.norm.isf(0.025))

    low, high = 0, 1
    while power(high) < 0.8:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if power(middle) >= 0.8 else (middle, high)
    weeks = -(-high // (7 * per_day))
    return {"days": 7 * weeks, "customers": high}
