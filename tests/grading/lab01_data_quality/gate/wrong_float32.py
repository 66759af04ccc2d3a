"""The AUC as a 32-bit number, which is rounded after seven digits."""


def gate(batches, holdout):
    accepted, quarantined, known = {}, {}, set()
    for batch in batches:
        name, table = batch["name"], batch["table"]
        verdict = check_batch(table)
        if not verdict["success"]:
            quarantined[name] = verdict["columns"]
        elif known & set(table["customerID"]):
            quarantined[name] = ["customerID"]
        else:
            accepted[name] = table
            known |= set(table["customerID"])
    auc = None
    if accepted:
        model = make_model("logistic").fit(*xy(pd.concat(accepted.values())))
        X, y = xy(holdout)
        auc = float(np.float32(roc_auc_score(y, model.predict_proba(X)[:, 1])))
    return {"trained_on": list(accepted), "quarantined": quarantined, "auc": auc}
