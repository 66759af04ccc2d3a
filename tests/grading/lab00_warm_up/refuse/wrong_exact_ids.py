"""Compares ids as they are written: lower case and blanks slip through."""

import pandas as pd


def refuse(batch, test_ids, today, max_age_days):
    if len(batch) == 0:
        return ["empty"]
    ids = batch["customerID"]
    known = set(test_ids)
    age = (pd.Timestamp(today) - pd.to_datetime(batch["snapshot_date"])).dt.days
    reasons = []
    if ids.isin(known).any():
        reasons.append("test customers")
    if ids.duplicated().any():
        reasons.append("duplicates")
    if (~(age <= max_age_days)).any():
        reasons.append("stale")
    return reasons
