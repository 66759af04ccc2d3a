"""Never refuses anything."""


def refuse(batch, test_ids, today, max_age_days):
    return []
