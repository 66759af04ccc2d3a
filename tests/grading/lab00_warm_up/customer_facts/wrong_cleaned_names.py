"""Contracts whose names differ by blanks or capitals are one."""


def customer_facts(table):
    gone = table["Churn"] == "Yes"
    contract = table["Contract"].str.strip().str.capitalize()
    return {
        "customers": len(table),
        "churn_rate": float(gone.mean()) if len(table) else None,
        "without_bill": int(table["TotalCharges"].isna().sum()),
        "churn_rate_by_contract": gone.groupby(contract).mean().to_dict(),
    }


my_facts = customer_facts(customers)
