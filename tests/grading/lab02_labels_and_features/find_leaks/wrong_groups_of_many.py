"""Leaves out text columns that nobody shares, or all."""


def find_leaks(table, target):
    label = table[target]
    features = table.drop(columns=target)
    text = [c for c in features if not pd.api.types.is_numeric_dtype(features[c])]
    text = [c for c in text if 1 < features[c].nunique() < len(features)]
    group_means = [label.groupby(features[c]).transform("mean").round(4) for c in text]
    found = {}
    for name, column in features.items():
        there = column.notna()
        if there.mean() < 0.5 and there.sum() >= 30 and label[there].mean() >= 0.95:
            found[name] = "after the event"
        elif not pd.api.types.is_numeric_dtype(column) or not there.all():
            continue
        elif any((column - means).abs().fillna(1).max() < 1e-9 for means in group_means):
            found[name] = "own label"
    return found
