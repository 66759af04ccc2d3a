"""The AUC of yes-or-no predictions instead of probabilities."""

from sklearn.metrics import roc_auc_score

from churn.features import xy
from churn.training import make_model


def gate(batches, holdout):
    used, names, held, seen = [], [], {}, set()
    for batch in batches:
        table = batch["table"]
        result = check_batch(table)
        if not result["success"]:
            held[batch["name"]] = result["columns"]
            continue
        ids = set(table["customerID"])
        if ids & seen:
            held[batch["name"]] = ["customerID"]
            continue
        seen |= ids
        names.append(batch["name"])
        used.append(table)
    auc = None
    if used:
        X, y = xy(pd.concat(used))
        model = make_model("logistic").fit(X, y)
        later, left = xy(holdout)
        auc = roc_auc_score(left, model.predict(later))
    return {"trained_on": names, "quarantined": held, "auc": auc}
