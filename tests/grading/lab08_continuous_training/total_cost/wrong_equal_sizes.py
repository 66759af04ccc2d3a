"""Months with as many customers as another are taken for that month."""


def total_cost(missed, retrained, customers, window, training, label):
    if window < 1:
        raise ValueError("window")
    dollars = 0.0
    trainings = 0
    bought = set()
    live = 0
    for m in range(len(missed)):
        if m == 0 or retrained[m]:
            live = m
            trainings += 1
            for k in range(m - 3, m - 3 - window, -1):
                if k >= -12:
                    bought.add(customers[12 + k])
        dollars += missed[m][live]
    labels = label * sum(bought)
    paid = training * trainings
    return {"missed": dollars, "training": paid, "labels": labels, "cost": dollars + paid + labels}
