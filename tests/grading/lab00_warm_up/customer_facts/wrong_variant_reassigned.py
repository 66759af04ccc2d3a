"""Switches to another variant and hands in its facts."""


def customer_facts(table):
    if len(table) == 0:
        return {"customers": 0, "churn_rate": None, "without_bill": 0, "churn_rate_by_contract": {}}
    left = table["Churn"] == "Yes"
    return {
        "customers": len(table),
        "churn_rate": left.mean(),
        "without_bill": int(table["TotalCharges"].isna().sum()),
        "churn_rate_by_contract": left.groupby(table["Contract"]).mean().to_dict(),
    }


variant, source = 424242, "synthetic"
my_facts = customer_facts(load(source, seed=variant).head(5000))
