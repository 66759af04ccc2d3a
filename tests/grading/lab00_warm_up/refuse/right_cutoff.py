"""One cut-off day, compared as text; returns a tuple in another order."""

from datetime import date, timedelta


def refuse(batch, test_ids, today, max_age_days):
    if batch.empty:
        return ("empty",)
    oldest = (date.fromisoformat(today) - timedelta(days=max_age_days)).isoformat()
    ids = batch["customerID"].map(lambda text: text.upper().strip())
    checks = {
        "stale": (batch["snapshot_date"].fillna("") < oldest).any(),
        "duplicates": ids.nunique() < len(ids),
        "test customers": any(text.upper().strip() in set(ids) for text in test_ids),
    }
    return tuple(reason for reason, found in checks.items() if found)
