"""Looks for real customers only that occur twice."""


def refuse(batch, test_ids, today, max_age_days):
    if not len(batch):
        return ["empty"]
    ids = batch["customerID"].str.strip().str.upper()
    known = {t.strip().upper() for t in test_ids}
    age = (pd.Timestamp(today) - pd.to_datetime(batch["snapshot_date"])).dt.days
    out = []
    if ids.isin(known).any():
        out.append("test customers")
    if ids[~ids.isin(known)].duplicated().any():
        out.append("duplicates")
    if (~(age <= max_age_days)).any():
        out.append("stale")
    return out
