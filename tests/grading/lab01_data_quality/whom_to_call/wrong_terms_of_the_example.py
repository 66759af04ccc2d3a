"""Decides by the cost and the gain of the example, whatever the terms are."""

from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

AMOUNTS = ["tenure", "MonthlyCharges", "TotalCharges"]
DAYS = 365.25 / 12


def mended(batch, clean):
    """One row per customer; amounts in months and dollars where that can be told; else blank."""
    table = batch.drop_duplicates("customerID").reset_index(drop=True)
    for column in AMOUNTS:
        table[column] = pd.to_numeric(table[column], errors="coerce").astype(float)
    charge = table["MonthlyCharges"]
    charge = charge.where(~(charge > 130), charge / 100)
    tenure, total = table["tenure"].copy(), table["TotalCharges"].copy()
    many_days = (tenure > 72).mean() > 0.3
    many_cents = (total > 10_000).mean() > 0.3
    # which units make total = tenure * charge come out best?
    best = pd.Series(np.inf, index=table.index)
    units_tenure = pd.Series(1.0, index=table.index)
    units_total = pd.Series(1.0, index=table.index)
    for by_tenure in (1.0, DAYS):
        for by_total in (1.0, 100.0):
            months, dollars = tenure / by_tenure, total / by_total
            ratio = dollars / (months * charge).where(months > 0)
            off = np.log(ratio.where(ratio > 0)).abs()
            off = off + (by_tenure > 1) * (0.0 if many_days else 0.5)
            off = off + (by_total > 1) * (0.0 if many_cents else 0.5)
            off = off.fillna(50.0)
            off = off + 100.0 * (months > 73) + 100.0 * (dollars > 10_000)
            # without the other figures: what most of the batch does
            alone = total.isna() | charge.isna()
            off = off + alone * 10.0 * ((by_tenure > 1) != many_days)
            alone = tenure.isna() | charge.isna()
            off = off + alone * 2.0 * ((by_total > 1) != many_cents)
            # without a tenure: the customer has paid for 1 to 72 months
            off = off + tenure.isna() * 5.0 * ((dollars < 0.8 * charge) | (dollars > 76 * charge))
            better = off < best
            best = best.where(~better, off)
            units_tenure = units_tenure.where(~better, by_tenure)
            units_total = units_total.where(~better, by_total)
    tenure = (tenure / units_tenure).where(units_tenure == 1, (tenure / DAYS).round())
    total = total / units_total
    # a total that does not go with the other two is estimated; so is what is missing
    expected = tenure * charge
    wild = (np.log(total.where(total > 0) / expected.where(expected > 0)).abs() > 0.3) | (
        total < charge
    )
    total = total.where(~(wild & expected.gt(0)), expected)
    total = total.fillna(expected.where(tenure > 0))
    tenure = tenure.fillna((total / charge).round().clip(0, 72))
    charge = charge.fillna((total / tenure.where(tenure > 0)).clip(15, 130))
    table["tenure"], table["MonthlyCharges"], table["TotalCharges"] = tenure, charge, total
    for column in table.columns.difference([*AMOUNTS, "customerID"]):
        table[column] = table[column].where(table[column].isin(clean[column].dropna().unique()))
    return table


def model_without(clean, unknown):
    """A logistic regression on the columns that are known."""
    columns = [c for c in clean.columns if c not in {"customerID", "Churn", *unknown}]
    numbers = [c for c in columns if c in AMOUNTS]
    words = [c for c in columns if c not in AMOUNTS]
    parts = []
    if numbers:
        parts.append(
            (
                make_pipeline(SimpleImputer(strategy="constant", fill_value=0), StandardScaler()),
                numbers,
            )
        )
    if words:
        parts.append((OneHotEncoder(handle_unknown="ignore"), words))
    model = make_pipeline(make_column_transformer(*parts), LogisticRegression(max_iter=2000))
    return model.fit(clean[columns], (clean["Churn"] == "Yes").astype(int)), columns


def whom_to_call(batch, clean, terms):
    good = not findings(batch.assign(Churn="No"))
    table = (
        batch.drop_duplicates("customerID").reset_index(drop=True) if good else mended(batch, clean)
    )
    chance = pd.Series(0.0, index=table.index)
    blank = table.drop(columns="customerID").isna()
    blank["TotalCharges"] &= ~(table["tenure"] == 0)
    patterns = blank.apply(lambda row: tuple(row.index[row]), axis=1)
    for unknown in patterns.unique():
        here = patterns == unknown
        if not unknown:
            model = make_model("logistic").fit(*xy(clean))
            rows = xy(table[here].assign(Churn="No"))[0]
        else:
            model, columns = model_without(clean, unknown)
            rows = table.loc[here, columns]
        chance[here] = model.predict_proba(rows)[:, 1]
    return table.loc[chance > 12 / 60, "customerID"].tolist()
