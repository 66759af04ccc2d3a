"""Just 95 % is not enough."""


def find_leaks(table, target):
    y = table[target].to_numpy()
    leaks = {}
    texts = [c for c in table.columns if c != target and table[c].dtype == object]
    texts = [c for c in texts if table[c].notna().all()]
    for name in table.columns.drop(target):
        column = table[name]
        there = column.notna().to_numpy()
        if there.mean() < 0.5 and there.sum() >= 30 and y[there].mean() > 0.95:
            leaks[name] = "after the event"
        elif column.dtype != object and there.all():
            for text in texts:
                means = table.groupby(text)[target].transform("mean").round(4)
                if (column - means).abs().max() < 1e-9:
                    leaks[name] = "own label"
    return leaks
