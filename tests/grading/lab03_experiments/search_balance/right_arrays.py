"""Running maxima and sums of arrays."""

import numpy as np


def search_balance(trials, baseline, months, price):
    seconds = np.array([0.0, *(trial["seconds"] for trial in trials)])
    values = [baseline if trial["value"] is None else trial["value"] for trial in trials]
    best = np.maximum.accumulate(np.array([baseline, *values], dtype=float))
    net = months * (best - baseline) - seconds.cumsum() * price / 3600
    return {"stop_after": net.argmax(), "net": net.max(), "net_of_all": net[-1]}
