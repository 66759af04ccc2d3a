"""Wants each allowed value to occur, so that a batch without fiber is bad."""

VALUES = {
    "InternetService": {"DSL", "Fiber optic", "No"},
    "OnlineSecurity": {"No", "Yes", "No internet service"},
    "Contract": {"Month-to-month", "One year", "Two year"},
    "PaymentMethod": {
        "Electronic check",
        "Mailed check",
        "Bank transfer (automatic)",
        "Credit card (automatic)",
    },
    "Churn": {"No", "Yes"},
}
RANGES = {"tenure": (0, 72), "MonthlyCharges": (15, 130), "TotalCharges": (0, 10_000)}
NEEDED = ["customerID", "tenure", "MonthlyCharges", *VALUES]


def check_batch(batch):
    missing = [c for c in [*NEEDED, "TotalCharges"] if c not in batch]
    wrong = set(missing)
    batch = batch.assign(**dict.fromkeys(missing, np.nan))
    for column in NEEDED:
        if batch[column].isna().any():
            wrong.add(column)
    if batch["customerID"].duplicated().any():
        wrong.add("customerID")
    for column, values in VALUES.items():
        if set(batch[column].dropna()) != values:
            wrong.add(column)
    for column, (low, high) in RANGES.items():
        if not batch[column].dropna().between(low, high).all():
            wrong.add(column)
    if (batch["TotalCharges"].isna() & (batch["tenure"] > 0)).any():
        wrong.add("TotalCharges")
    if (batch["TotalCharges"] < batch["MonthlyCharges"]).any():
        wrong.add("TotalCharges")
    both = batch[["InternetService", "OnlineSecurity"]].dropna()
    offline = both["InternetService"] == "No"
    if (offline != (both["OnlineSecurity"] == "No internet service")).any():
        wrong.add("OnlineSecurity")
    size = 200 <= len(batch) <= 10_000
    return {"success": size and not wrong, "columns": sorted(wrong)}
