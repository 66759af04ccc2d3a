"""By contract, the share of all leavers instead of the rate within the contract."""


def customer_facts(table):
    if len(table) == 0:
        return {"customers": 0, "churn_rate": None, "without_bill": 0, "churn_rate_by_contract": {}}
    left = table["Churn"] == "Yes"
    return {
        "customers": len(table),
        "churn_rate": left.mean(),
        "without_bill": int(table["TotalCharges"].isna().sum()),
        "churn_rate_by_contract": table.loc[left, "Contract"]
        .value_counts(normalize=True)
        .to_dict(),
    }


my_facts = customer_facts(customers)
