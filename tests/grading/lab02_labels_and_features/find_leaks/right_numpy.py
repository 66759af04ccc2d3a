"""One function for each cause, in NumPy."""


def is_note(column, label):
    there = column.notna().to_numpy()
    return 30 <= there.sum() < len(there) / 2 and label[there].mean() >= 0.95


def is_own_rate(column, label, groups):
    if column.dtype == object or column.isna().any():
        return False
    values = column.to_numpy(dtype=float)
    for group in groups:
        mean = {key: label[group == key].mean() for key in set(group)}
        if np.allclose(values, [mean[key] for key in group], rtol=0, atol=6e-5):
            return True
    return False


def is_record_number(column, label):
    if column.dtype == object or column.duplicated().any():
        return False
    ordered = label[np.argsort(column.to_numpy())]
    return np.abs(np.diff(ordered)).mean() <= 0.03


def find_leaks(table, target):
    label = table[target].to_numpy()
    honest = table.columns.drop(target)
    groups = [table[c].to_numpy() for c in honest if table[c].dtype == object]
    groups = [g for g in groups if len(set(g)) < len(g) / 2 and not pd.isna(g).any()]
    found = {}
    for name in honest:
        column = table[name]
        if is_note(column, label):
            found[name] = "after the event"
        elif is_own_rate(column, label, groups):
            found[name] = "own label"
        elif is_record_number(column, label):
            found[name] = "record number"
    return found


my_leaks = find_leaks(suspects, "churned")
