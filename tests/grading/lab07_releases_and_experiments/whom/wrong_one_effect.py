"""One model, in which a contact has the same effect on everybody (an S-learner without interactions)."""


def whom(log, today, cost, gain):
    names = [c for c in today.columns if c != "customerID"]
    X = pd.get_dummies(pd.concat([log[names], today[names]]), dtype=float)
    X = (X - X.mean()) / (X.std() + 1e-9)
    old = X.iloc[: len(log)].assign(contacted=log["contacted"].to_numpy())
    model = LogisticRegression(C=0.05, max_iter=300).fit(old, log["left"])
    new = X.iloc[len(log) :]
    p0, p1 = (model.predict_proba(new.assign(contacted=c))[:, 1] for c in (0, 1))
    return today["customerID"][gain * (p0 - p1) > cost].tolist()
