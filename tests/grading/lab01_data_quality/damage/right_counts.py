"""Counts contacts and leavers, and tells beforehand what will fail."""


def damage(clean, bad, repaired, later, terms):
    numbers = ["tenure", "MonthlyCharges"]

    def possible(train, shown):
        both = pd.concat([train, shown])[numbers]
        return train["Churn"].nunique() == 2 and not both.isna().any().any()

    def campaign(train, shown, truth):
        X, y = xy(train)
        model = make_model("logistic")
        model.fit(X, y)
        p = model.predict_proba(xy(shown)[0]).T[1]
        contacts = [i for i, chance in enumerate(p) if chance > terms["cost"] / terms["gain"]]
        leavers = sum(truth["Churn"].iloc[i] == "Yes" for i in contacts)
        return leavers * terms["gain"] - len(contacts) * terms["cost"]

    training = scoring = None
    with_bad = pd.concat([clean, bad], ignore_index=True)
    with_good = pd.concat([clean, repaired], ignore_index=True)
    if possible(with_bad, later) and possible(with_good, later):
        training = campaign(with_good, later, later) - campaign(with_bad, later, later)
    if possible(clean, bad) and possible(clean, repaired):
        scoring = campaign(clean, repaired, repaired) - campaign(clean, bad, repaired)
    return dict(scoring=scoring, training=training)
