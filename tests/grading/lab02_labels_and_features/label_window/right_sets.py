"""With sets of customers."""


def label_window(log, cutoff, window_days):
    age = (log["occurred_at"].dt.floor("D") - pd.Timestamp(cutoff)).dt.days
    ids = log["customerID"]
    joined = set(ids[(log["kind"] == "joined") & (age <= 0)])
    left = log["kind"] == "left"
    here = joined - set(ids[left & (age <= 0)])
    leavers = set(ids[left & (age >= 1) & (age <= window_days)])
    return pd.DataFrame([(c, int(c in leavers)) for c in here], columns=["customerID", "churned"])
