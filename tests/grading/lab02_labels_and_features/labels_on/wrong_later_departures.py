"""Who is known to leave after the window counts as known, before the window is complete."""


def labels_on(log, cutoff, window_days, delay_days, today):
    seen = pd.Timestamp(today) - pd.Timedelta(days=delay_days)
    labels = label_window(log, cutoff, window_days)
    left = log[log["kind"] == "left"].groupby("customerID")["occurred_at"].min().dt.normalize()
    day = labels["customerID"].map(left)
    complete = pd.Timestamp(cutoff) + pd.Timedelta(days=window_days) <= seen
    churned = (day <= seen).astype(float)
    return labels.assign(churned=churned.where((day <= seen) | complete))
