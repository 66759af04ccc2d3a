"""Rows without any value are skipped, so an older one counts: 'it is not taken from an older row'."""


def training_set(entities, features, ttl_days):
    names = [c for c in features.columns if c not in ("customerID", "event_timestamp")]
    right = (
        features.dropna(subset=names, how="all")
        .reset_index(drop=True)
        .drop_duplicates(["customerID", "event_timestamp"], keep="last")
    )
    right = right.rename(columns={"event_timestamp": "_written"}).sort_values(
        "_written", kind="stable"
    )
    left = entities.reset_index(drop=True)
    left["_place"] = np.arange(len(left))
    left = left.sort_values("event_timestamp", kind="stable")
    right["_written"] = right["_written"].astype(left["event_timestamp"].dtype)
    joined = pd.merge_asof(
        left,
        right,
        left_on="event_timestamp",
        right_on="_written",
        by="customerID",
        tolerance=pd.Timedelta(days=ttl_days),
    )
    joined = joined.sort_values("_place").reset_index(drop=True)
    return joined[[*entities.columns, *names]]
