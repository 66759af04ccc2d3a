"""A logistic regression on the logit of the score."""


def new_threshold(rows, live_threshold, cost, gain):
    if gain <= cost:
        return 1.01
    fresh = rows.query("learned == 0")
    score = fresh["score"].clip(1e-6, 1 - 1e-6).to_numpy()
    x = np.log(score / (1 - score)).reshape(-1, 1)
    fitted = LogisticRegression(C=100.0).fit(x, fresh["left"])
    at = (math.log(cost / (gain - cost)) - fitted.intercept_[0]) / fitted.coef_[0, 0]
    return float(special.expit(at))
