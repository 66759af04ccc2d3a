"""Counts contacts and leavers, and tells missing values beforehand."""


def damage(clean, bad, repaired, later, terms):
    numbers = ["tenure", "MonthlyCharges"]
    unusable = bad[numbers].isna().any().any()

    def campaign(train, shown, truth):
        X, y = xy(train)
        model = make_model("logistic")
        model.fit(X, y)
        p = model.predict_proba(xy(shown)[0]).T[1]
        contacts = [i for i, chance in enumerate(p) if chance > terms["cost"] / terms["gain"]]
        leavers = sum(truth["Churn"].iloc[i] == "Yes" for i in contacts)
        return leavers * terms["gain"] - len(contacts) * terms["cost"]

    if unusable:
        return dict(training=None, scoring=None)
    with_bad = campaign(pd.concat([clean, bad], ignore_index=True), later, later)
    with_good = campaign(pd.concat([clean, repaired], ignore_index=True), later, later)
    scored_bad = campaign(clean, bad, repaired)
    scored_good = campaign(clean, repaired, repaired)
    return dict(scoring=scored_good - scored_bad, training=with_good - with_bad)
