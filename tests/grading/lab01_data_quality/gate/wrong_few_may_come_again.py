"""Lets a file pass of which under 4 in 1,000 customers came before."""


def gate(batches, holdout):
    from sklearn.metrics import roc_auc_score

    accepted, quarantined, known = {}, {}, set()
    for batch in batches:
        name, table = batch["name"], batch["table"]
        verdict = check_batch(table)
        if not verdict["success"]:
            quarantined[name] = verdict["columns"]
        elif table["customerID"].isin(known).mean() > 0.004:
            quarantined[name] = ["customerID"]
        else:
            accepted[name] = table
            known |= set(table["customerID"])
    auc = None
    if accepted:
        model = make_model("logistic").fit(*xy(pd.concat(accepted.values())))
        X, y = xy(holdout)
        auc = float(roc_auc_score(y, model.predict_proba(X)[:, 1]))
    return {"trained_on": list(accepted), "quarantined": quarantined, "auc": auc}
