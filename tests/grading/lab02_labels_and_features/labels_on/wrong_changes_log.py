"""Takes lines out of the log that it is given."""


def labels_on(log, cutoff, window_days, delay_days, today):
    log.drop_duplicates(inplace=True)
    labels = label_window(log, cutoff, window_days)
    today = pd.Timestamp(today)
    wait = pd.Timedelta(days=delay_days)
    left = log[log["kind"] == "left"].groupby("customerID")["occurred_at"].min().dt.normalize()
    known_departure = labels["customerID"].map(left) + wait <= today
    complete = pd.Timestamp(cutoff) + pd.Timedelta(days=window_days) + wait <= today
    known = known_departure | complete
    return labels.assign(churned=labels["churned"].astype(float).where(known))
