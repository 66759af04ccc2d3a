"""Sorts the features that it is given in place."""


def training_set(entities, features, ttl_days):
    keys = ["customerID", "event_timestamp"]
    features.reset_index(drop=True, inplace=True)
    features.sort_values("event_timestamp", kind="stable", inplace=True)
    newest = features.drop_duplicates(keys, keep="last")
    left = entities.assign(row=range(len(entities))).sort_values("event_timestamp")
    ttl = pd.Timedelta(days=ttl_days)
    joined = pd.merge_asof(left, newest, on="event_timestamp", by="customerID", tolerance=ttl)
    return joined.sort_values("row").drop(columns="row").reset_index(drop=True)
