"""A result in the form of Great Expectations, made of what `findings(worst)` says."""

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


def said(finding):
    """One entry of a result, as if an expectation had said it."""
    return {
        "success": False,
        "expectation_config": {
            "type": "expect_column_values_to_not_be_null",
            "kwargs": {"column": finding["column"], "batch_id": "deliveries-deliveries"},
            "meta": {"column": finding["column"], "dimension": finding["dimension"]},
            "severity": "critical",
        },
        "result": {"element_count": len(worst), "unexpected_count": finding["rows"]},
        "meta": {},
        "exception_info": {"raised_exception": False},
    }


told_by_hand = [said(finding) for finding in findings(worst)]
my_result = {
    "success": False,
    "results": told_by_hand,
    "suite_name": "deliveries",
    "statistics": {
        "evaluated_expectations": len(told_by_hand),
        "successful_expectations": 0,
        "unsuccessful_expectations": len(told_by_hand),
        "success_percent": 0.0,
    },
    "meta": {},
}
