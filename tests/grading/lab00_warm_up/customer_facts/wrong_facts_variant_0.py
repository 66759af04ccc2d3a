"""Right for variant 0 only: the figures of the public variant are typed in."""


def customer_facts(table):
    if len(table) == 0:
        return {"customers": 0, "churn_rate": None, "without_bill": 0, "churn_rate_by_contract": {}}
    left = table["Churn"] == "Yes"
    return {
        "customers": len(table),
        "churn_rate": left.mean(),
        "without_bill": int(table["TotalCharges"].isna().sum()),
        "churn_rate_by_contract": left.groupby(table["Contract"]).mean().to_dict(),
    }


my_facts = {
    "customers": 5000,
    "churn_rate": 0.2696,
    "without_bill": 4,
    "churn_rate_by_contract": {
        "Month-to-month": 0.43457602339181284,
        "One year": 0.11439842209072978,
        "Two year": 0.0344,
    },
}
