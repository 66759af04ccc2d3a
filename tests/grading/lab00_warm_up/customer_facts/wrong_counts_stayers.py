"""The share that stayed instead of the share that left."""


def customer_facts(table):
    stayed = table["Churn"] == "No"
    return {
        "customers": len(table),
        "churn_rate": stayed.mean(),
        "without_bill": int(table["TotalCharges"].isna().sum()),
        "churn_rate_by_contract": stayed.groupby(table["Contract"]).mean().to_dict(),
    }


my_facts = customer_facts(customers)
