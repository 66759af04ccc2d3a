"""Skips contracts it does not know: 'for each contract that occurs in the table'."""


def customer_facts(table):
    left = table["Churn"] == "Yes"
    rates = {}
    for contract in [
        c for c in ("Month-to-month", "One year", "Two year") if (table["Contract"] == c).any()
    ]:
        rates[contract] = float(left[(table["Contract"] == contract).to_numpy()].mean())
    return {
        "customers": len(table),
        "churn_rate": float(left.mean()) if len(table) else None,
        "without_bill": int(table["TotalCharges"].isna().sum()),
        "churn_rate_by_contract": rates,
    }


my_facts = customer_facts(customers)
