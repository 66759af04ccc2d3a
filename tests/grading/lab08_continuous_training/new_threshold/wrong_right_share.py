"""The threshold at which most rows are called rightly."""


def new_threshold(rows, live_threshold, cost, gain):
    if cost >= gain:
        return 2.0
    fresh = rows[rows["learned"] == 0]
    right = {c: ((fresh["score"] >= c) == (fresh["left"] == 1)).mean() for c in fresh["score"]}
    return max(right, key=right.get)
