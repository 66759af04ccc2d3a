"""Sets and the standard library's dates."""

from datetime import date


def refuse(batch, test_ids, today, max_age_days):
    def clean(text):
        return text.strip().lower()

    ids = [clean(text) for text in batch["customerID"]]
    if not ids:
        return ["empty"]
    found = set()
    if set(ids) & {clean(text) for text in test_ids}:
        found.add("test customers")
    if len(set(ids)) < len(ids):
        found.add("duplicates")
    for day in batch["snapshot_date"]:
        if not isinstance(day, str):
            found.add("stale")
        elif (date.fromisoformat(today) - date.fromisoformat(day)).days > max_age_days:
            found.add("stale")
    return sorted(found)
