"""Finds customers without a bill by their tenure of 0 and counts with Counter."""

from collections import Counter


def customer_facts(table):
    seen = Counter(table["Contract"])
    gone = Counter(table.query("Churn == 'Yes'")["Contract"])
    return {
        "customers": sum(seen.values()),
        "churn_rate": sum(gone.values()) / sum(seen.values()),
        "without_bill": int((table["tenure"] == 0).sum()),
        "churn_rate_by_contract": {name: gone[name] / seen[name] for name in seen},
    }


my_facts = customer_facts(customers)
