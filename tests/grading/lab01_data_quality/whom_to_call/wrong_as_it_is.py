"""Scores the delivery as it is."""

BOUNDS = {"tenure": (0, 72), "MonthlyCharges": (15, 130), "TotalCharges": (0, 10_000)}


def chosen(model, rows, terms):
    left = model.predict_proba(xy(rows.assign(Churn="No"))[0])[:, 1]
    return rows["customerID"][left * terms["gain"] > terms["cost"]].tolist()


def whom_to_call(batch, clean, terms):
    rows = batch.drop_duplicates("customerID")
    return chosen(make_model("logistic").fit(*xy(clean)), rows, terms)
