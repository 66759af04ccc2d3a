"""The threshold in the file."""


def new_threshold(rows, live_threshold, cost, gain):
    if cost >= gain:
        return 2.0
    return live_threshold
