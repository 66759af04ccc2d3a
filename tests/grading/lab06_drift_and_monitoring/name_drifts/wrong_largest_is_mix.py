"""Whatever moves most is called a mix, and leavers a prior shift."""


def name_drifts(table):
    found = {}
    for name, rows in table.groupby("feed"):
        months = sorted(rows["month"].unique())
        best = (0.0, None, None)
        for column in rows.columns.drop(["feed", "month"]):
            numeric = pd.api.types.is_numeric_dtype(rows[column])
            kinds = pd.qcut(rows[column], 4, duplicates="drop") if numeric else rows[column]
            share = pd.crosstab(rows["month"], kinds, normalize="index").sort_index()
            for since in range(3, 10):
                far = (share.iloc[:since].mean() - share.iloc[since:].mean()).abs().max()
                if far > best[0]:
                    best = (far, column, months[since])
        far, column, since = best
        if far < 0.06:
            found[name] = {"kind": "none", "column": None, "since": None}
        else:
            kind = "prior" if column == "Churn" else "mix"
            found[name] = {"kind": kind, "column": column, "since": since}
    return found
