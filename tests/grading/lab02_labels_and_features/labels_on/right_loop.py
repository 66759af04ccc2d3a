"""Customer by customer: the day on which the label is decided, then the delay."""

import datetime as dt


def labels_on(log, cutoff, window_days, delay_days, today):
    now = dt.date.fromisoformat(today)
    end = dt.date.fromisoformat(cutoff) + dt.timedelta(days=window_days)
    departures = log[log["kind"] == "left"]
    gone = {c: t.date() for c, t in zip(departures["customerID"], departures["occurred_at"])}
    rows = []
    for customer, churned in label_window(log, cutoff, window_days).itertuples(index=False):
        decided = gone[customer] if churned else end
        known = decided + dt.timedelta(days=delay_days) <= now
        rows.append((customer, churned if known else None))
    return pd.DataFrame(rows, columns=["customerID", "churned"])
