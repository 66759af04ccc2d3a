"""Does not think of days without a figure."""


def go_back(figures, left, cost, noise):
    seen = [value + 0 for value in figures]
    # The sum of the losses since the last time that they were made good: it grows from the day on
    # which the model breaks, and a good past does not hide it.
    loss, start = 0.0, 0
    for place, value in enumerate(seen):
        loss = max(0.0, loss - value - 0.1 * noise)
        if loss == 0:
            start = place + 1
    bad_days = len(seen) - start
    if not bad_days or loss < 5 * noise:
        return False
    mean = statistics.mean(seen[start:])
    return bool(-mean * left > cost)
