"""Takes 'no bill yet' for a total of 0 dollars."""


def customer_facts(table):
    if len(table) == 0:
        return {"customers": 0, "churn_rate": None, "without_bill": 0, "churn_rate_by_contract": {}}
    left = table["Churn"] == "Yes"
    return {
        "customers": len(table),
        "churn_rate": left.mean(),
        "without_bill": int((table["TotalCharges"] == 0).sum()),
        "churn_rate_by_contract": left.groupby(table["Contract"]).mean().to_dict(),
    }


my_facts = customer_facts(customers)
