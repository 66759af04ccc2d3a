"""Takes a customer's last line, whatever it is, for the departure."""


def labels_on(log, cutoff, window_days, delay_days, today):
    labels = label_window(log, cutoff, window_days)
    today = pd.Timestamp(today)
    wait = pd.Timedelta(days=delay_days)
    left = log.groupby("customerID")["occurred_at"].max().dt.normalize()
    known_departure = labels["customerID"].map(left) + wait <= today
    complete = pd.Timestamp(cutoff) + pd.Timedelta(days=window_days) + wait <= today
    known = known_departure | complete
    return labels.assign(churned=labels["churned"].astype(float).where(known))
