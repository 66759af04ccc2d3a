"""Refuses every batch for every reason."""


def refuse(batch, test_ids, today, max_age_days):
    return ["empty", "test customers", "duplicates", "stale"]
