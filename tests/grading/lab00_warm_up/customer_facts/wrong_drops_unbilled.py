"""Drops customers without a bill before counting."""


def customer_facts(table):
    unbilled = int(table["TotalCharges"].isna().sum())
    table = table.dropna()
    left = table["Churn"] == "Yes"
    return {
        "customers": len(table),
        "churn_rate": left.mean(),
        "without_bill": unbilled,
        "churn_rate_by_contract": left.groupby(table["Contract"]).mean().to_dict(),
    }


my_facts = customer_facts(customers)
