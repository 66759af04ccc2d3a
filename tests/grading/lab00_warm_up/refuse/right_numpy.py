"""NumPy dates."""

import numpy as np


def refuse(batch, test_ids, today, max_age_days):
    if len(batch) < 1:
        return ["empty"]
    reasons = []
    ids = np.char.upper(np.char.strip(batch["customerID"].to_numpy(dtype=str)))
    if np.isin(ids, [text.strip().upper() for text in test_ids]).any():
        reasons += ["test customers"]
    if len(np.unique(ids)) != len(ids):
        reasons += ["duplicates"]
    days = batch["snapshot_date"].to_numpy(dtype="datetime64[D]")
    age = np.datetime64(today) - days
    if np.isnat(days).any() or (age > np.timedelta64(max_age_days, "D")).any():
        reasons += ["stale"]
    return reasons
