"""Looks up each row in the sorted moments of its customer."""

import bisect


def training_set(entities, features, ttl_days):
    columns = [c for c in features if c not in ("customerID", "event_timestamp")]
    ordered = features.sort_values("event_timestamp", kind="stable")
    books = {}
    for record in ordered.to_dict("records"):
        times, rows = books.setdefault(record["customerID"], ([], []))
        times.append(record["event_timestamp"])
        rows.append(record)
    made = []
    for record in entities.to_dict("records"):
        times, rows = books.get(record["customerID"], ([], []))
        place = bisect.bisect_right(times, record["event_timestamp"])
        oldest = record["event_timestamp"] - pd.Timedelta(days=ttl_days)
        fresh = place > 0 and times[place - 1] >= oldest
        made.append(record | {c: rows[place - 1][c] if fresh else None for c in columns})
    return pd.DataFrame(made)
