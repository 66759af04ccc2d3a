"""Finds the record number with a tree that sees a part of the table only."""

from sklearn.model_selection import cross_val_score
from sklearn.tree import DecisionTreeClassifier


def find_leaks(table, target):
    table = table.reset_index(drop=True)
    y = table.pop(target)
    leaks = {}
    filled = table.notna().sum()
    for name in table:
        if 30 <= filled[name] <= len(table) // 2:
            left = y[table[name].notna()]
            if left.sum() >= 0.95 * len(left):
                leaks[name] = "after the event"
    numbers = table.select_dtypes("number").drop(columns=list(leaks), errors="ignore")
    for group in table.select_dtypes("object"):
        for name in numbers:
            pairs = pd.DataFrame({"g": table[group], "x": numbers[name], "y": y})
            each = pairs.groupby("g").agg(low=("x", "min"), high=("x", "max"), rate=("y", "mean"))
            if numbers[name].notna().all() and len(each) < 500:
                if (
                    (each["low"] == each["high"]) & ((each["low"] - each["rate"]).abs() < 1e-4)
                ).all():
                    leaks[name] = "own label"
    for name in numbers:
        if numbers[name].nunique() == len(table):
            tree = DecisionTreeClassifier(max_leaf_nodes=40, random_state=0)
            if cross_val_score(tree, numbers[[name]], y, cv=4).mean() > 0.93:
                leaks[name] = "record number"
    return leaks


my_leaks = find_leaks(suspects, "churned")
