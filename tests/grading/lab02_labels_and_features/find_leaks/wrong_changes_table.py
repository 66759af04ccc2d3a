"""Takes the label out of the table that it is given."""


def find_leaks(table, target):
    y = table.pop(target).to_numpy()
    leaks = {}
    texts = [c for c in table.columns if table[c].dtype == object]
    texts = [c for c in texts if table[c].notna().all()]
    for name in table.columns:
        column = table[name]
        there = column.notna().to_numpy()
        if there.mean() < 0.5 and there.sum() >= 30 and y[there].mean() >= 0.95:
            leaks[name] = "after the event"
        elif column.dtype != object and there.all():
            for text in texts:
                means = (
                    pd.Series(y)
                    .groupby(table[text].to_numpy())
                    .transform("mean")
                    .round(4)
                    .to_numpy()
                )
                if (column - means).abs().max() < 1e-9:
                    leaks[name] = "own label"
    return leaks
