"""Every batch passes."""


def refuse(batch, test_ids, today, max_age_days):
    return []
