"""Rounds the rates to two digits."""


def customer_facts(table):
    if len(table) == 0:
        return {"customers": 0, "churn_rate": None, "without_bill": 0, "churn_rate_by_contract": {}}
    left = table["Churn"] == "Yes"
    return {
        "customers": len(table),
        "churn_rate": round(left.mean(), 2),
        "without_bill": int(table["TotalCharges"].isna().sum()),
        "churn_rate_by_contract": left.groupby(table["Contract"]).mean().round(2).to_dict(),
    }


my_facts = customer_facts(customers)
