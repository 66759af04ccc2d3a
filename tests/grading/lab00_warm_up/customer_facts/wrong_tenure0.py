"""Without_bill counts tenure 0, but 'TotalCharges (missing, that is NaN, for a customer who has not had a bill yet)' is what says so."""


def customer_facts(table):
    left = table["Churn"] == "Yes"
    rates = {}
    for contract in table["Contract"].unique():
        rates[contract] = float(left[(table["Contract"] == contract).to_numpy()].mean())
    return {
        "customers": len(table),
        "churn_rate": float(left.mean()) if len(table) else None,
        "without_bill": int((table["tenure"] == 0).sum()),
        "churn_rate_by_contract": rates,
    }


my_facts = customer_facts(customers)
