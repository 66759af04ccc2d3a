"""Looks at the notebook's table instead of the one it is given."""


def customer_facts(table):
    if len(table) == 0:
        return {"customers": 0, "churn_rate": None, "without_bill": 0, "churn_rate_by_contract": {}}
    left = customers["Churn"] == "Yes"
    return {
        "customers": len(customers),
        "churn_rate": left.mean(),
        "without_bill": int(customers["TotalCharges"].isna().sum()),
        "churn_rate_by_contract": left.groupby(customers["Contract"]).mean().to_dict(),
    }


my_facts = customer_facts(customers)
