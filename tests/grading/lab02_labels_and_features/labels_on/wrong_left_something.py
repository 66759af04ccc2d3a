"""Takes every kind that begins with `left` for a departure."""


def labels_on(log, cutoff, window_days, delay_days, today):
    labels = label_window(log, cutoff, window_days)
    today = pd.Timestamp(today)
    wait = pd.Timedelta(days=delay_days)
    left = (
        log[log["kind"].str.startswith("left")]
        .groupby("customerID")["occurred_at"]
        .min()
        .dt.normalize()
    )
    known_departure = labels["customerID"].map(left) + wait <= today
    complete = pd.Timestamp(cutoff) + pd.Timedelta(days=window_days) + wait <= today
    known = known_departure | complete
    return labels.assign(churned=labels["churned"].astype(float).where(known))
