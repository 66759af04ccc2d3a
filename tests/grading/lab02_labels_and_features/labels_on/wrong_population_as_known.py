"""Who has left before the cut-off, but was not known to, stays in the table."""


def labels_on(log, cutoff, window_days, delay_days, today):
    seen = pd.Timestamp(today) - pd.Timedelta(days=delay_days)
    day = log["occurred_at"].dt.normalize()
    visible = log[(log["kind"] != "left") | (day <= seen)]
    labels = label_window(visible, cutoff, window_days)
    complete = pd.Timestamp(cutoff) + pd.Timedelta(days=window_days) <= seen
    churned = labels["churned"].astype(float)
    return labels.assign(churned=churned if complete else churned.where(churned == 1))
