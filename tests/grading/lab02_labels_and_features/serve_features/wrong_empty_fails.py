"""Fails for a customer without events."""


def serve_features(lines, as_of, days):
    table = pd.DataFrame(lines)
    table["occurred_at"] = pd.to_datetime(table["occurred_at"], utc=True, format="ISO8601")
    table["customerID"] = "me"
    return batch_features(table, as_of, days).iloc[0].to_dict()
