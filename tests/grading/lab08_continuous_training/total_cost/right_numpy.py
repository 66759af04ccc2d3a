"""With masks."""


def total_cost(missed, retrained, customers, window, training, label):
    if not window >= 1:
        raise ValueError("window")
    n = len(retrained)
    trains = np.array([True, *map(bool, retrained[1:])])
    live = np.maximum.accumulate(np.where(trains, np.arange(n), 0))
    table = np.array(missed, dtype=float)
    mask = np.zeros(n + 12, dtype=bool)
    for month in np.flatnonzero(trains):
        mask[max(0, month + 10 - window) : month + 10] = True
    lost = float(table[np.arange(n), live].sum())
    paid, labels = float(training * trains.sum()), float(label * np.array(customers)[mask].sum())
    return {"cost": lost + paid + labels, "missed": lost, "training": paid, "labels": labels}
