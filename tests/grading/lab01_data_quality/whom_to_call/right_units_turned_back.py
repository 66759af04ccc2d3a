"""Turns cents and days back, and works out what is missing from the other two numbers."""

BOUNDS = {"tenure": (0, 72), "MonthlyCharges": (15, 130), "TotalCharges": (0, 10_000)}


def chosen(model, rows, terms):
    left = model.predict_proba(xy(rows.assign(Churn="No"))[0])[:, 1]
    return rows["customerID"][left * terms["gain"] > terms["cost"]].tolist()


def whom_to_call(batch, clean, terms):
    rows = batch.groupby("customerID", sort=False).head(1).reset_index(drop=True)
    months, charge, total = (rows[name].astype(float) for name in BOUNDS)
    charge = charge.where(charge <= 130, charge / 100)
    if (months > 72).mean() > 0.5:
        months = months.where(months % 30 != 0, months / 30)
    months = months.where(months <= 72)
    total = total.where(total.isna() | (total <= 130 * 72), total / 100)
    rows["MonthlyCharges"] = charge.fillna(total / months.clip(lower=1)).fillna(65).clip(15, 130)
    guess = (total / rows["MonthlyCharges"]).round()
    rows["tenure"] = months.fillna(guess).fillna(30).clip(0, 72)
    rows["TotalCharges"] = total
    return chosen(make_model("logistic").fit(*xy(clean)), rows, terms)
