"""Reasons from the findings of task 2 where the batch has all columns."""

from sklearn.metrics import roc_auc_score

from churn.features import xy
from churn.training import make_model

NINE = ["customerID", "tenure", "InternetService", "OnlineSecurity", "Contract"]
NINE += ["PaymentMethod", "MonthlyCharges", "TotalCharges", "Churn"]


def gate(batches, holdout):
    used, names, held, seen = [], [], {}, set()
    for batch in batches:
        table = batch["table"]
        if not check_batch(table)["success"]:
            reasons = set(check_batch(table)["columns"])
            if set(NINE) <= set(table) and len(table) >= 200:
                reasons = {f["column"] for f in findings(table)}
            held[batch["name"]] = list(reasons)
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
        auc = roc_auc_score(left, model.predict_proba(later)[:, 1])
    return {"trained_on": names, "quarantined": held, "auc": auc}
