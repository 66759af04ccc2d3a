"""A line that stands there twice makes a second row."""


def label_window(log, cutoff, window_days):
    day = log["occurred_at"].dt.normalize()
    cutoff = pd.Timestamp(cutoff)
    left = log.assign(day=day)[log["kind"] == "left"].drop_duplicates("customerID")
    left = left.set_index("customerID")["day"]
    here = log[(log["kind"] == "joined") & (day <= cutoff)]
    gone = here["customerID"].map(left)
    here = here[~(gone <= cutoff)]
    churned = here["customerID"].map(left) <= cutoff + pd.Timedelta(days=window_days)
    return pd.DataFrame({"customerID": here["customerID"], "churned": churned.astype(int)})
