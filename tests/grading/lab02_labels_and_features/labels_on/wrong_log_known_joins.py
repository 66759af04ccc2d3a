"""Whose joining is not known after the delay is left out: 'Return the rows of label_window'; the delay is that of departures."""


def labels_on(log, cutoff, window_days, delay_days, today):
    labels = label_window(
        log[
            (log["kind"] == "left")
            | (
                log["occurred_at"].dt.normalize() + pd.Timedelta(days=delay_days)
                <= pd.Timestamp(today)
            )
        ],
        cutoff,
        window_days,
    )
    day, delay = pd.Timestamp(today), pd.Timedelta(days=delay_days)
    left = (
        log[log["kind"] == "left"]
        .drop_duplicates("customerID")
        .set_index("customerID")["occurred_at"]
        .dt.normalize()
    )
    known = (labels["customerID"].map(left) + delay <= day) & (labels["churned"] == 1)
    closed = pd.Timestamp(cutoff) + pd.Timedelta(days=window_days) + delay <= day
    labels["churned"] = labels["churned"].astype(float).where(known | closed)
    return labels
