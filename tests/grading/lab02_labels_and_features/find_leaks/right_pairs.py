"""Sets of pairs of group and number: as many as there are groups, each with its own mean."""

from collections import OrderedDict


def find_leaks(table, target):
    rows = table.to_dict("list")
    label = rows.pop(target)
    found = OrderedDict()
    for name, values in rows.items():
        left = [y for y, value in zip(label, values) if not pd.isna(value)]
        if 30 <= len(left) < len(label) / 2 and sum(left) >= 0.95 * len(left):
            found[name] = "after the event"
            continue
        if len(left) < len(label) or any(isinstance(value, str) for value in values):
            continue
        for keys in rows.values():
            if not all(isinstance(key, str) for key in keys):
                continue
            labels = {}
            for key, y in zip(keys, label):
                labels.setdefault(key, []).append(y)
            mean = {key: sum(own) / len(own) for key, own in labels.items()}
            if all(abs(mean[key] - value) < 1e-4 for key, value in zip(keys, values)):
                found[name] = "own label"
    return found
