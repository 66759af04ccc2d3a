"""Takes all charges for cents, or none, as their median says."""


def whom_to_call(batch, clean, terms):
    clean = clean.reset_index(drop=True)
    rows = batch.drop_duplicates("customerID").reset_index(drop=True)
    for column in ("tenure", "MonthlyCharges", "TotalCharges"):
        rows[column] = pd.to_numeric(rows[column], errors="coerce").astype(float)
    month = rows["MonthlyCharges"]
    rows["MonthlyCharges"] = month / 100 if month.median() > 130 else month
    # months that the bill speaks of, with a total in cents put right
    month, tenure, total = rows["MonthlyCharges"], rows["tenure"], rows["TotalCharges"]
    cents = (total > 10_000) | ((total > 20 * month) & (total > 8 * month * tenure.clip(lower=1)))
    cents &= total / 100 >= 0.5 * month.fillna(0)
    cents |= total > 80 * month  # nobody has paid 80 months
    total = total.mask(cents, total / 100)
    billed = total / month
    days = tenure > 72
    if days.mean() > 0.3 or (days.any() and (tenure % 30 == 0).mean() > 0.5):
        days |= tenure.isin([30, 60]) & ~((billed - tenure).abs() < (billed - tenure / 30).abs())
    else:
        days |= tenure.isin([30, 60]) & days.any() & (billed < tenure / 6)
    tenure = tenure.mask(days, (tenure / 30).round()).clip(0, 72)
    rows["tenure"] = tenure.fillna((total / month).round().clip(0, 72))
    rows["MonthlyCharges"] = month.fillna((total / rows["tenure"].where(tenure > 0)).clip(15, 130))
    rows["TotalCharges"] = total.fillna(rows["tenure"] * rows["MonthlyCharges"]).clip(0, 10_000)

    # what is still unknown is left out: in training and in scoring it is the same for everybody
    X, y = xy(clean)
    names = list(X.columns)
    unknown = pd.DataFrame(
        {
            name: rows[name].isna()
            if pd.api.types.is_numeric_dtype(X[name])
            else ~rows[name].isin(X[name].unique())
            for name in names
        }
    )
    patterns = unknown.apply(tuple, axis=1)
    scores = pd.Series(0.0, index=rows.index)
    for pattern in patterns.unique():
        hidden = [name for name, out in zip(names, pattern, strict=True) if out]
        constant = {n: 0 if pd.api.types.is_numeric_dtype(X[n]) else "?" for n in hidden}
        model = make_model("logistic").fit(X.assign(**constant), y)
        chosen = patterns == pattern
        those = rows.loc[chosen, names].assign(**constant)
        scores[chosen] = model.predict_proba(those)[:, 1]
    return list(rows["customerID"][scores * terms["gain"] > terms["cost"]])
