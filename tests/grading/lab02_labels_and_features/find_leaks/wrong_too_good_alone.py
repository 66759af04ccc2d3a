"""Calls a leak whatever tells leavers from stayers too well by itself."""

from sklearn.model_selection import cross_val_score
from sklearn.tree import DecisionTreeClassifier


def find_leaks(table, target):
    found = {}
    for name in table.columns.drop(target):
        column = table[name]
        codes = column if column.dtype.kind in "if" else pd.Series(column.factorize()[0])
        tree = DecisionTreeClassifier(max_leaf_nodes=30, random_state=0)
        X = np.asarray(codes, dtype=float).reshape(-1, 1)
        if cross_val_score(tree, X, table[target], cv=3, scoring="roc_auc").mean() > 0.85:
            found[name] = "record number"
    return found


my_leaks = find_leaks(suspects, "churned")
