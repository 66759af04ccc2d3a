"""Months before the first count from the end."""


def total_cost(missed, retrained, customers, window, training, label):
    if window < 1:
        raise ValueError(f"a window has at least one month, not {window}")
    trained, dollars, trainings, bought = 0, 0.0, 0, set()
    for month, asked in enumerate(retrained):
        if asked or month == 0:
            trained, trainings = month, trainings + 1
            newest = 12 + month - 3
            bought |= set(range(newest - window + 1, newest + 1))
        dollars += missed[month][trained]
    parts = {
        "missed": dollars,
        "training": training * trainings,
        "labels": label * sum(customers[month] for month in bought),
    }
    return parts | {"cost": sum(parts.values())}
