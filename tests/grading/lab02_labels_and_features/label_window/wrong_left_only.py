"""Takes who has a line `left` and none `joined` for a customer."""


def label_window(log, cutoff, window_days):
    log = log.reset_index(drop=True)
    day = log["occurred_at"].dt.normalize()
    first = day[log["kind"] == "joined"].groupby(log["customerID"]).min()
    last = day[log["kind"] == "left"].groupby(log["customerID"]).min()
    cutoff = pd.Timestamp(cutoff)
    everybody = first.index.union(last.index)
    last = last.reindex(everybody)
    first = first.reindex(everybody, fill_value=cutoff)
    here = (first <= cutoff) & ~(last <= cutoff)
    leaves = last[here] <= cutoff + pd.Timedelta(days=window_days)
    return leaves.astype(int).rename("churned").reset_index()
