"""Cuts the times of the log that it is given to days, for good."""


def label_window(log, cutoff, window_days):
    log["occurred_at"] = log["occurred_at"].dt.normalize()
    joined = log[log["kind"] == "joined"].groupby("customerID")["occurred_at"].min()
    left = log[log["kind"] == "left"].groupby("customerID")["occurred_at"].min()
    left = left.reindex(joined.index)
    cut = pd.Timestamp(cutoff)
    here = (joined <= cut) & ~(left <= cut)
    churned = (left <= cut + pd.Timedelta(days=window_days))[here].astype(int)
    return churned.rename("churned").reset_index()
