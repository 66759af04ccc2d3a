"""The highest lower end of an interval, if it is above 0."""


def choose(candidates, past, terms):
    low = {one["name"]: one["gain"] - 1.96 * one["se"] for one in candidates}
    best = max(low, key=low.get)
    return best if low[best] > 0 else None
