"""Leaves out contracts of one customer each."""


def customer_facts(table):
    gone = table["Churn"] == "Yes"
    return {
        "customers": len(table),
        "churn_rate": float(gone.mean()) if len(table) else None,
        "without_bill": int(table["TotalCharges"].isna().sum()),
        "churn_rate_by_contract": {
            name: float(gone[table["Contract"] == name].mean())
            for name in table["Contract"].unique()
            if (table["Contract"] == name).sum() > 1
        },
    }


my_facts = customer_facts(customers)
