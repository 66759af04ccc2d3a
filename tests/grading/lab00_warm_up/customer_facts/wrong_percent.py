"""Rates in per cent instead of fractions."""


def customer_facts(table):
    if len(table) == 0:
        return {"customers": 0, "churn_rate": None, "without_bill": 0, "churn_rate_by_contract": {}}
    left = table["Churn"] == "Yes"
    return {
        "customers": len(table),
        "churn_rate": 100 * left.mean(),
        "without_bill": int(table["TotalCharges"].isna().sum()),
        "churn_rate_by_contract": (100 * left.groupby(table["Contract"]).mean()).to_dict(),
    }


my_facts = customer_facts(customers)
