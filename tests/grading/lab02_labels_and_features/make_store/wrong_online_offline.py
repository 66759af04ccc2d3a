"""Online reads the Parquet file and ignores until when it was materialised: 'as the online store has them'."""


def make_store(name, features, ttl_days, until):
    where = workspace / name
    shutil.rmtree(where, ignore_errors=True)
    where.mkdir(parents=True)
    (where / "feature_store.yaml").write_text(STORE_YAML)
    names = [c for c in features.columns if c not in ("customerID", "event_timestamp")]
    features.astype({c: float for c in names}).to_parquet(where / "usage.parquet", index=False)
    customer = Entity(name="customer", join_keys=["customerID"], value_type=ValueType.STRING)
    view = FeatureView(
        name="usage",
        entities=[customer],
        ttl=timedelta(days=ttl_days),
        schema=[Field(name=c, dtype=Float64) for c in names],
        source=FileSource(path=str(where / "usage.parquet"), timestamp_field="event_timestamp"),
    )
    store = FeatureStore(repo_path=str(where))
    store.apply([customer, view])
    with redirect_stdout(StringIO()):
        store.materialize(datetime(2000, 1, 1, tzinfo=UTC), until.to_pydatetime())
    return str(where)


def online(repo, customer_ids, now):
    store = FeatureStore(repo_path=repo)
    view = store.get_feature_view("usage")
    names = [f.name for f in view.features]
    asked = pd.DataFrame({"customerID": list(customer_ids), "event_timestamp": now})
    return historical(repo, asked)[["customerID", *names]]


def historical(repo, entities):
    store = FeatureStore(repo_path=repo)
    names = [f.name for f in store.get_feature_view("usage").features]
    keys = ["customerID", "event_timestamp"]
    found = store.get_historical_features(
        entity_df=entities[keys].drop_duplicates(), features=[f"usage:{n}" for n in names]
    ).to_df()
    found["event_timestamp"] = found["event_timestamp"].astype(entities["event_timestamp"].dtype)
    return entities.reset_index(drop=True).merge(found[[*keys, *names]], how="left", on=keys)


my_store = make_store("store", usage, TTL_DAYS, UNTIL)
