"""The suite knows the wrong values that are in `worst`, and no other."""

from copy import copy

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


SEEN = {
    "InternetService": ["Satellite", "dsl"],
    "OnlineSecurity": ["yes", "Unknown"],
    "Contract": ["Two years"],
    "PaymentMethod": ["Credit card"],
    "Churn": ["no", "Maybe"],
    "tenure": [73, -1],
    "MonthlyCharges": [130.01, 14.99],
    "TotalCharges": [10_000.01],
}
seen = [rule for rule in expectations if rule.meta is None or rule.meta["dimension"] != "validity"]
seen += [
    gxe.ExpectColumnValuesToNotBeInSet(
        column=name, value_set=values, meta={"column": name, "dimension": "validity"}
    )
    for name, values in SEEN.items()
]
narrow = validation("narrow", [copy(rule) for rule in seen])
my_result = narrow.run(batch_parameters={"dataframe": worst}, result_format="BASIC").to_json_dict()
