"""Leaves out of the file what came after the last materialised moment, so that the history lacks it."""


def make_store(name, features, ttl_days, until):
    folder = workspace / name
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / "feature_store.yaml").write_text(STORE_YAML)
    columns = [c for c in features.columns if c not in ("customerID", "event_timestamp")]
    table = features[features["event_timestamp"] <= until].reset_index(drop=True)
    table = table.astype(dict.fromkeys(columns, float))
    path = (folder / "usage.parquet").resolve()
    table.to_parquet(path, index=False)
    customer = Entity(name="customer", join_keys=["customerID"], value_type=ValueType.STRING)
    view = FeatureView(
        name="usage",
        entities=[customer],
        ttl=timedelta(days=ttl_days),
        schema=[Field(name=column, dtype=Float64) for column in columns],
        source=FileSource(path=str(path), timestamp_field="event_timestamp"),
    )
    store = FeatureStore(repo_path=str(folder))
    store.apply([customer, view])
    with redirect_stdout(StringIO()):
        store.materialize(datetime(2000, 1, 1, tzinfo=UTC), until.to_pydatetime())
    return str(folder)


def online(repo, customer_ids, now):
    store = FeatureStore(repo_path=repo)
    view = store.get_feature_view("usage")
    names = [field.name for field in view.features]
    got = store.get_online_features(
        features=[f"usage:{name}" for name in names],
        entity_rows=[{"customerID": customer} for customer in customer_ids],
    ).to_df(include_event_timestamps=True)
    result = pd.DataFrame({"customerID": list(customer_ids)})
    for name in names:
        written = pd.to_datetime(got[f"{name}__ts"], unit="s", utc=True)
        fresh = (now - written) <= view.ttl
        result[name] = got[name].astype(float).where(fresh)
    return result


def historical(repo, entities):
    store = FeatureStore(repo_path=repo)
    names = [field.name for field in store.get_feature_view("usage").features]
    rows = entities.reset_index(drop=True)
    asked = rows[["customerID", "event_timestamp"]].drop_duplicates().reset_index(drop=True)
    got = store.get_historical_features(
        entity_df=asked.copy(), features=[f"usage:{name}" for name in names]
    ).to_df()
    got = got[["customerID", "event_timestamp", *names]]
    got["event_timestamp"] = pd.to_datetime(got["event_timestamp"], utc=True)
    return rows.merge(got, on=["customerID", "event_timestamp"], how="left")


my_store = make_store("store", usage, TTL_DAYS, UNTIL)
