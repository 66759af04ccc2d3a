"""Shuffles the list of households with Python's own generator, row by row."""

import random


def grouped_time_split(rows, test_from, horizon_days, share, seed):
    names = sorted(set(rows["household"]))
    random.Random(seed).shuffle(names)
    drawn = set(names[: round(share * len(names))])
    first = pd.Timestamp(test_from)
    parts = {"test": [], "train": []}
    for number, (name, day) in enumerate(zip(rows["household"], rows["as_of"])):
        if name in drawn:
            if day >= first:
                parts["test"].append(number)
        elif (first - day).days >= horizon_days:
            parts["train"].append(number)
    return parts
