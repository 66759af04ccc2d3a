"""The end of a day is 23:59: later times of that day are the next day's."""


def label_window(log, cutoff, window_days):
    after = pd.Timestamp(cutoff) + pd.Timedelta(days=1)
    end = after + pd.Timedelta(days=window_days)
    joined = (
        log[log["kind"] == "joined"]
        .drop_duplicates("customerID")
        .set_index("customerID")["occurred_at"]
    )
    left = (
        log[log["kind"] == "left"]
        .drop_duplicates("customerID")
        .set_index("customerID")["occurred_at"]
    )
    left = left.reindex(joined.index)
    there = (joined < after) & ~(left < after)
    churned = (left <= end - pd.Timedelta(minutes=1))[there].astype(int)
    return churned.rename("churned").rename_axis("customerID").reset_index()
