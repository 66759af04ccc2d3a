"""Customer by customer, with calendar days."""

import datetime as dt


def label_window(log, cutoff, window_days):
    cut = dt.date.fromisoformat(cutoff)
    end = cut + dt.timedelta(days=window_days)
    joined, left = {}, {}
    for row in log.itertuples():
        if row.kind == "joined":
            joined[row.customerID] = row.occurred_at.date()
        elif row.kind == "left":
            left[row.customerID] = row.occurred_at.date()
    rows = []
    for customer, day in joined.items():
        gone = left.get(customer)
        if day > cut or (gone is not None and gone <= cut):
            continue
        rows.append({"churned": int(gone is not None and gone <= end), "customerID": customer})
    return pd.DataFrame(rows, columns=["churned", "customerID"])
