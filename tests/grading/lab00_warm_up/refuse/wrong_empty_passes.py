"""An empty batch passes."""

import pandas as pd


def refuse(batch, test_ids, today, max_age_days):
    ids = batch["customerID"].str.strip().str.upper()
    known = {text.strip().upper() for text in test_ids}
    age = (pd.Timestamp(today) - pd.to_datetime(batch["snapshot_date"])).dt.days
    reasons = []
    if ids.isin(known).any():
        reasons.append("test customers")
    if ids.duplicated().any():
        reasons.append("duplicates")
    if (~(age <= max_age_days)).any():
        reasons.append("stale")
    return reasons
