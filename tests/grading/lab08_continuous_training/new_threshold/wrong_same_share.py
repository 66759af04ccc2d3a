"""As many are called as the live machine calls."""


def new_threshold(rows, live_threshold, cost, gain):
    if cost >= gain:
        return 2.0
    share = (rows["live_score"] >= live_threshold).mean()
    return float(rows["score"].quantile(1 - share))
