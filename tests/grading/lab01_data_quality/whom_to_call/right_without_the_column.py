"""A model for each set of columns that can be believed, the others set to one value."""

BOUNDS = {"tenure": (0, 72), "MonthlyCharges": (15, 130), "TotalCharges": (0, 10_000)}


def chosen(model, rows, terms):
    left = model.predict_proba(xy(rows.assign(Churn="No"))[0])[:, 1]
    return rows["customerID"][left * terms["gain"] > terms["cost"]].tolist()


def whom_to_call(batch, clean, terms):
    rows = batch.drop_duplicates("customerID").reset_index(drop=True)
    rows = rows.astype(dict.fromkeys(BOUNDS, float))
    doubtful = pd.DataFrame({n: ~rows[n].between(*bounds) for n, bounds in BOUNDS.items()})
    doubtful["TotalCharges"] |= rows["TotalCharges"] < rows["MonthlyCharges"]
    called = []
    for flags, part in rows.groupby([doubtful[name] for name in BOUNDS]):
        same = {name: 50.0 for name, flag in zip(BOUNDS, flags, strict=True) if flag}
        model = make_model("logistic").fit(*xy(clean.assign(**same)))
        called += chosen(model, part.assign(**same), terms)
    return called
