"""An id that contains a test id counts: 'at least one id is that of an invented customer'."""

import pandas as pd


def refuse(batch, test_ids, today, max_age_days):
    if len(batch) == 0:
        return ["empty"]
    ids = batch["customerID"].str.strip().str.upper()
    reasons = []
    if any(one.strip().upper() in i for one in test_ids for i in ids):
        reasons.append("test customers")
    if ids.duplicated().any():
        reasons.append("duplicates")
    age = (pd.Timestamp(today) - pd.to_datetime(batch["snapshot_date"])).dt.days
    if (age.isna() | (age > max_age_days)).any():
        reasons.append("stale")
    return reasons
