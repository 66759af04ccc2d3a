"""Blanks what is older than the variant's own time to live."""


def make_store(name, features, ttl_days, until):
    folder = workspace / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "feature_store.yaml").write_text(STORE_YAML)
    columns = [c for c in features if c not in ("customerID", "event_timestamp")]
    features.astype(dict.fromkeys(columns, float)).to_parquet(folder / "usage.parquet")
    customer = Entity(name="customer", join_keys=["customerID"], value_type=ValueType.STRING)
    view = FeatureView(
        name="usage",
        entities=[customer],
        ttl=timedelta(days=ttl_days),
        schema=[Field(name=c, dtype=Float64) for c in columns],
        source=FileSource(path=str(folder / "usage.parquet"), timestamp_field="event_timestamp"),
    )
    store = FeatureStore(repo_path=str(folder))
    store.apply([customer, view])
    with redirect_stdout(StringIO()):
        store.materialize(datetime(2000, 1, 1, tzinfo=UTC), until.to_pydatetime())
    return str(folder)


def online(repo, customer_ids, now):
    store = FeatureStore(repo_path=repo)
    view = store.get_feature_view("usage")
    columns = [feature.name for feature in view.features]
    found = store.get_online_features(
        features=[f"usage:{c}" for c in columns],
        entity_rows=[{"customerID": customer} for customer in customer_ids],
    ).to_df(include_event_timestamps=True)
    for column in columns:
        age = now - pd.to_datetime(found[f"{column}__ts"], unit="s", utc=True)
        found[column] = (
            found[column]
            .astype(float)
            .where(age <= min(view.ttl, timedelta(days=TTL_DAYS), timedelta(days=100)))
        )
    return found[["customerID", *columns]]


def historical(repo, entities):
    store = FeatureStore(repo_path=repo)
    keys = ["customerID", "event_timestamp"]
    columns = [feature.name for feature in store.get_feature_view("usage").features]
    known = store.get_historical_features(
        entity_df=entities[keys].drop_duplicates(), features=[f"usage:{c}" for c in columns]
    ).to_df()
    known["event_timestamp"] = known["event_timestamp"].astype(entities["event_timestamp"].dtype)
    return entities.merge(known[keys + columns], how="left", on=keys)


my_store = None
my_store = make_store("store", usage, TTL_DAYS, UNTIL)
