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


def find_leaks(table, target):
    label = table[target].to_numpy()
    columns = table.columns.drop(target)
    groups = [table[c].to_numpy() for c in columns if table[c].dtype == object]
    groups = [g for g in groups if not pd.isna(g).any()]
    found = {}
    for name in columns:
        if is_note(table[name], label):
            found[name] = "after the event"
        elif is_own_rate(table[name], label, groups):
            found[name] = "own label"
    return found
