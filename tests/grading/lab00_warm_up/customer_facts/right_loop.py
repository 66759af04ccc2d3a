"""Plain Python, customer by customer."""


def customer_facts(table):
    seen, gone, unbilled = {}, {}, 0
    for row in table.to_dict("records"):
        contract = row["Contract"]
        seen[contract] = seen.get(contract, 0) + 1
        gone[contract] = gone.get(contract, 0) + (row["Churn"] == "Yes")
        if row["TotalCharges"] != row["TotalCharges"]:  # only NaN differs from itself
            unbilled += 1
    return {
        "churn_rate_by_contract": {name: gone[name] / seen[name] for name in seen},
        "without_bill": unbilled,
        "churn_rate": sum(gone.values()) / len(table) if seen else None,
        "customers": len(table),
    }


my_facts = customer_facts(customers)
