"""Needs somebody who leaves, sooner or later."""


def label_window(log, cutoff, window_days):
    log = log.reset_index(drop=True)
    day = log["occurred_at"].dt.normalize()
    first = day[log["kind"] == "joined"].groupby(log["customerID"]).min()
    last = day[log["kind"] == "left"].groupby(log["customerID"]).min().reindex(first.index)
    cutoff = pd.Timestamp(cutoff)
    assert last.notna().any()
    here = (first <= cutoff) & ~(last <= cutoff)
    leaves = last[here] <= cutoff + pd.Timedelta(days=window_days)
    return leaves.astype(int).rename("churned").reset_index()
