"""A strict gate: from a bad delivery nobody is called."""

BOUNDS = {"tenure": (0, 72), "MonthlyCharges": (15, 130), "TotalCharges": (0, 10_000)}


def chosen(model, rows, terms):
    left = model.predict_proba(xy(rows.assign(Churn="No"))[0])[:, 1]
    return rows["customerID"][left * terms["gain"] > terms["cost"]].tolist()


def whom_to_call(batch, clean, terms):
    if not check_batch(batch.assign(Churn="No"))["success"]:
        return []
    return chosen(make_model("logistic").fit(*xy(clean)), batch, terms)
