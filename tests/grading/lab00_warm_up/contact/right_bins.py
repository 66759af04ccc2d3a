"""Counts the leavers in twenty groups of the score, with a little of the whole in each."""

import numpy as np


def contact(past, new, terms):
    edges = np.unique(np.quantile(past["score"], np.linspace(0, 1, 21)))[1:-1]
    group = np.digitize(past["score"], edges)
    count = np.bincount(group, minlength=len(edges) + 1)
    gone = np.bincount(group, past["churned"], minlength=len(edges) + 1)
    share = (gone + 20 * past["churned"].mean()) / (count + 20)
    p = share[np.digitize(new["score"], edges)]
    least = [break_even(charge, terms) for charge in new["charge"]]
    return [bool(one is not None and mine > one) for mine, one in zip(p, least)]
