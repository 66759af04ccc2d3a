"""The effect itself by ridge regression on the turned outcome."""


def whom(log, today, cost, gain):
    names = [c for c in today.columns if c != "customerID"]
    X = pd.get_dummies(pd.concat([log[names], today[names]]), dtype=float)
    X = (X - X.mean()) / (X.std() + 1e-9)
    old, new = X.iloc[: len(log)].to_numpy(), X.iloc[len(log) :].to_numpy()
    usual = Ridge(30).fit(old, log["left"]).predict(old)
    sign = np.where(log["contacted"] == 1, -1.0, 1.0)
    effect = Ridge(100).fit(old, 2 * sign * (log["left"] - usual)).predict(new)
    return today.loc[gain * effect > cost, "customerID"].tolist()
