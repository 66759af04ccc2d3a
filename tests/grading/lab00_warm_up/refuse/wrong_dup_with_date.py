"""Same id and same date only: 'a customer occurs more than once'."""

import pandas as pd


def refuse(batch, test_ids, today, max_age_days):
    if len(batch) == 0:
        return ["empty"]
    ids = batch["customerID"].str.strip().str.upper()
    reasons = []
    if ids.isin([one.strip().upper() for one in test_ids]).any():
        reasons.append("test customers")
    if batch.assign(customerID=ids).duplicated(["customerID", "snapshot_date"]).any():
        reasons.append("duplicates")
    age = (pd.Timestamp(today) - pd.to_datetime(batch["snapshot_date"])).dt.days
    if (age.isna() | (age > max_age_days)).any():
        reasons.append("stale")
    return reasons
