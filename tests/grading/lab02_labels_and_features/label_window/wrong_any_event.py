"""Whoever has any event by then is a customer: 'joined before the end of that day'."""


def label_window(log, cutoff, window_days):
    after = pd.Timestamp(cutoff) + pd.Timedelta(days=1)
    end = after + pd.Timedelta(days=window_days)
    joined = log.groupby("customerID")["occurred_at"].min()
    left = (
        log[log["kind"] == "left"]
        .drop_duplicates("customerID")
        .set_index("customerID")["occurred_at"]
    )
    left = left.reindex(joined.index)
    there = (joined < after) & ~(left < after)
    churned = (left < end)[there].astype(int)
    return churned.rename("churned").rename_axis("customerID").reset_index()
