"""A result written by hand, from the findings, without the form of Great Expectations."""

CHOICES = {
    "InternetService": ["DSL", "Fiber optic", "No"],
    "OnlineSecurity": ["No", "Yes", "No internet service"],
    "Contract": ["Month-to-month", "One year", "Two year"],
    "PaymentMethod": [
        "Electronic check",
        "Mailed check",
        "Bank transfer (automatic)",
        "Credit card (automatic)",
    ],
    "Churn": ["No", "Yes"],
}
BOUNDS = {"tenure": (0, 72), "MonthlyCharges": (15, 130), "TotalCharges": (0, 10_000)}


def findings(batch):
    broken = {}
    for column in ["customerID", "tenure", "MonthlyCharges", *CHOICES]:
        broken[column, "completeness"] = batch[column].isna()
    broken["TotalCharges", "completeness"] = batch["TotalCharges"].isna() & (batch["tenure"] > 0)
    broken["customerID", "uniqueness"] = batch["customerID"].notna() & batch[
        "customerID"
    ].duplicated(keep=False)
    for column, values in CHOICES.items():
        broken[column, "validity"] = batch[column].notna() & ~batch[column].isin(values)
    for column, (low, high) in BOUNDS.items():
        outside = (batch[column] < low) | (batch[column] > high)
        broken[column, "validity"] = outside
    broken["TotalCharges", "consistency"] = batch["TotalCharges"] < batch["MonthlyCharges"]
    there = batch["InternetService"].notna() & batch["OnlineSecurity"].notna()
    offline = batch["InternetService"] == "No"
    without = batch["OnlineSecurity"] == "No internet service"
    broken["OnlineSecurity", "consistency"] = there & (offline != without)
    return [
        {"column": column, "dimension": dimension, "rows": int(rows.sum())}
        for (column, dimension), rows in broken.items()
        if rows.any()
    ]


my_result = {"success": False, "results": findings(worst), "statistics": {}}
