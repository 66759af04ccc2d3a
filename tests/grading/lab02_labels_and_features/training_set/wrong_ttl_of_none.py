"""Takes a time to live of no day for none at all, as Feast does."""


def training_set(entities, features, ttl_days):
    keys = ["customerID", "event_timestamp"]
    newest = features.drop_duplicates(keys, keep="last").sort_values("event_timestamp")
    left = entities.assign(row=range(len(entities))).sort_values("event_timestamp")
    joined = pd.merge_asof(
        left,
        newest,
        on="event_timestamp",
        by="customerID",
        tolerance=pd.Timedelta(days=ttl_days or 9999),
    )
    return joined.sort_values("row").drop(columns="row").reset_index(drop=True)
