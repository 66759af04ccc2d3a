"""Finds a record number only if no record is out of place."""


def find_leaks(table, target):
    label = table[target]
    features = table.drop(columns=target)
    text = [c for c in features if not pd.api.types.is_numeric_dtype(features[c])]
    group_means = [label.groupby(features[c]).transform("mean") for c in text]
    found = {}
    for name, column in features.items():
        there = column.notna()
        if there.mean() < 0.5 and there.sum() >= 30 and label[there].mean() >= 0.95:
            found[name] = "after the event"
        elif not pd.api.types.is_numeric_dtype(column):
            continue
        elif any((column - means).abs().max() < 1e-4 and there.all() for means in group_means):
            found[name] = "own label"
        elif column.is_unique:
            in_order = label.loc[column.sort_values().index].to_numpy()
            if (in_order[1:] != in_order[:-1]).sum() <= 12:
                found[name] = "record number"
    return found


my_leaks = None
my_leaks = find_leaks(suspects, "churned")
