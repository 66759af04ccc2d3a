"""Days, not weeks."""


def plan(old, new, share, per_day):
    if not all(0 < one < 1 for one in (old, new, share)) or old == new:
        raise ValueError("old, new and share lie between 0 and 1, and old and new differ")
    if per_day < 1:
        raise ValueError("at least one customer has to come each day")
    z = stats.norm.ppf(0.975) + stats.norm.ppf(0.8)
    spread = new * (1 - new) / share + old * (1 - old) / (1 - share)
    n = math.ceil(z**2 * spread / (new - old) ** 2)
    return {"customers": n, "days": math.ceil(n / per_day)}
