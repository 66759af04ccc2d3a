"""Joins every pair, filters, and keeps the last one for each row."""


def training_set(entities, features, ttl_days):
    keys = ["customerID", "event_timestamp"]
    numbered = entities.reset_index(drop=True).reset_index(names="row")
    stacked = features.reset_index(drop=True).reset_index(names="place")
    pairs = numbered.merge(stacked, on="customerID", suffixes=("", "_then"))
    age = pairs["event_timestamp"] - pairs["event_timestamp_then"]
    pairs = pairs[(age >= pd.Timedelta(0)) & (age <= pd.Timedelta(days=ttl_days))]
    last = pairs.sort_values(["event_timestamp_then", "place"]).groupby("row").tail(1)
    columns = [c for c in features if c not in keys]
    found = last.set_index("row")[columns].reindex(numbered["row"])
    return pd.concat([numbered.drop(columns="row"), found.reset_index(drop=True)], axis=1)
