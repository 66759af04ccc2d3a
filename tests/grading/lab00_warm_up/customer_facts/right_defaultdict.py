"""Goes through the rows and returns dicts of the standard library's other kinds."""

from collections import OrderedDict, defaultdict


def customer_facts(table):
    left, seen = defaultdict(int), defaultdict(int)
    unbilled = 0
    for contract, total, churn in zip(table["Contract"], table["TotalCharges"], table["Churn"]):
        seen[contract] += 1
        left[contract] += churn == "Yes"
        unbilled += total != total
    rates = defaultdict(float, {name: left[name] / seen[name] for name in seen})
    total = sum(seen.values())
    return OrderedDict(
        customers=total,
        without_bill=unbilled,
        churn_rate_by_contract=rates,
        churn_rate=sum(left.values()) / total if total else None,
    )


my_facts = customer_facts(customers)
