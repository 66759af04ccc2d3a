"""The break-even, as if a score were a probability."""


def new_threshold(rows, live_threshold, cost, gain):
    return cost / gain
