"""Leaves the feature columns out where there is no feature row."""


def training_set(entities, features, ttl_days):
    if features.empty:
        return entities.copy()
    keys = ["customerID", "event_timestamp"]
    newest = features.drop_duplicates(keys, keep="last").sort_values("event_timestamp")
    left = entities.assign(row=range(len(entities))).sort_values("event_timestamp")
    joined = pd.merge_asof(
        left,
        newest,
        on="event_timestamp",
        by="customerID",
        tolerance=pd.Timedelta(days=ttl_days),
    )
    return joined.sort_values("row").drop(columns="row").reset_index(drop=True)
