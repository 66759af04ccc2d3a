"""One growing frame of accepted rows; the AUC from the ranks of the log odds."""

from churn.features import xy
from churn.training import make_model


def gate(batches, holdout):
    good_rows, names, held = pd.DataFrame(), [], {}
    for batch in batches:
        name, rows = batch["name"], batch["table"]
        columns = [] if check_batch(rows)["success"] else check_batch(rows)["columns"]
        before = len(good_rows) > 0 and rows.get("customerID", pd.Series()).isin(
            good_rows["customerID"]
        )
        if not columns and check_batch(rows)["success"] and before is not False and before.any():
            columns = ["customerID"]
        if columns:
            held[name] = columns
        else:
            names.append(name)
            good_rows = pd.concat([good_rows, rows], ignore_index=True)
    if not names:
        return {"trained_on": [], "quarantined": held, "auc": None}
    model = make_model("logistic")
    model.fit(*xy(good_rows))
    X, y = xy(holdout)
    ranks = pd.Series(model.decision_function(X)).rank().to_numpy()
    ones, zeros = (y == 1).sum(), (y == 0).sum()
    auc = (ranks[y == 1].sum() - ones * (ones + 1) / 2) / (ones * zeros)
    return {"trained_on": names, "quarantined": held, "auc": float(auc)}
