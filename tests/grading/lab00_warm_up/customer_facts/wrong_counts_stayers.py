"""The share that stayed instead of the share that left."""


def customer_facts(table):
    if len(table) == 0:
        return {"customers": 0, "churn_rate": None, "without_bill": 0, "churn_rate_by_contract": {}}
    stayed = table["Churn"] == "No"
    return {
        "customers": len(table),
        "churn_rate": stayed.mean(),
        "without_bill": int(table["TotalCharges"].isna().sum()),
        "churn_rate_by_contract": stayed.groupby(table["Contract"]).mean().to_dict(),
    }


my_facts = customer_facts(customers)
