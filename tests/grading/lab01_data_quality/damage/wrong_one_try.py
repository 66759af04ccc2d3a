"""One try around both calculations: if one fails, neither has a result."""


def damage(clean, bad, repaired, later, terms):
    def fitted(table):
        X, y = xy(table)
        return make_model("logistic").fit(X, y)

    def worth(model, shown, truth):
        chance = model.predict_proba(xy(shown)[0])[:, 1]
        contacted = chance * terms["gain"] > terms["cost"]
        left = (truth["Churn"] == "Yes").to_numpy()
        return float((left[contacted] * terms["gain"] - terms["cost"]).sum())

    answer = {"training": None, "scoring": None}
    try:
        right = fitted(pd.concat([clean, repaired]))
        wrong = fitted(pd.concat([clean, bad]))
        training = worth(right, later, later) - worth(wrong, later, later)
        model = fitted(clean)
        scoring = worth(model, repaired, repaired) - worth(model, bad, repaired)
        answer = {"training": training, "scoring": scoring}
    except ValueError:
        pass
    return answer
