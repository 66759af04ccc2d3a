"""As many are called as leave."""


def new_threshold(rows, live_threshold, cost, gain):
    if cost >= gain:
        return 2.0
    fresh = rows[rows["learned"] == 0]
    return float(fresh["score"].quantile(1 - fresh["left"].mean()))
