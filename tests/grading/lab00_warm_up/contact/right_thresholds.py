"""A threshold of its own for each quarter of the charges, as task 7 (a) finds it, as an array."""

import numpy as np


def contact(past, new, terms):
    edges = np.unique(np.quantile(past["charge"], [0.25, 0.5, 0.75]))
    mine, theirs = np.digitize(past["charge"], edges), np.digitize(new["charge"], edges)
    chosen = np.zeros(len(new), dtype=bool)
    for group in np.unique(mine):
        own = past[mine == group]
        columns = [own[name].to_numpy() for name in ("churned", "score", "charge")]
        bar = best_threshold(*columns, terms)["threshold"]
        chosen |= (theirs == group) & (new["score"].to_numpy() >= bar)
    return chosen
