"""Those who will leave."""


def whom(log, today, cost, gain):
    names = [c for c in today.columns if c != "customerID"]
    X = pd.get_dummies(pd.concat([log[names], today[names]]), dtype=float)
    X = (X - X.mean()) / (X.std() + 1e-9)
    model = LogisticRegression(C=0.05, max_iter=300).fit(X.iloc[: len(log)], log["left"])
    p = model.predict_proba(X.iloc[len(log) :])[:, 1]
    return today["customerID"][gain * p > cost].tolist()
