"""Removes every blank: 'Apart from that, two ids that differ are two customers'."""

import pandas as pd


def refuse(batch, test_ids, today, max_age_days):
    if len(batch) == 0:
        return ["empty"]
    ids = batch["customerID"].str.replace(" ", "").str.upper()
    reasons = []
    if ids.isin([one.replace(" ", "").upper() for one in test_ids]).any():
        reasons.append("test customers")
    if ids.duplicated().any():
        reasons.append("duplicates")
    age = (pd.Timestamp(today) - pd.to_datetime(batch["snapshot_date"])).dt.days
    if (age.isna() | (age > max_age_days)).any():
        reasons.append("stale")
    return reasons
