"""Lists every contract there can be, with a rate of 0 for those that do not occur."""


def customer_facts(table):
    if len(table) == 0:
        return {"customers": 0, "churn_rate": None, "without_bill": 0, "churn_rate_by_contract": {}}
    left = table["Churn"] == "Yes"
    rates = {}
    for contract in ("Month-to-month", "One year", "Two year"):
        of_contract = left[table["Contract"] == contract]
        rates[contract] = of_contract.mean() if len(of_contract) else 0.0
    return {
        "customers": len(table),
        "churn_rate": left.mean(),
        "without_bill": int(table["TotalCharges"].isna().sum()),
        "churn_rate_by_contract": rates,
    }


my_facts = customer_facts(customers)
