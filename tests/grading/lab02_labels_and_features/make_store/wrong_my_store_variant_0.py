"""The own store is made of the telco of variant 0."""


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
        found[column] = found[column].astype(float).where(age <= view.ttl)
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
zero = Scenario(name="lab02", seed=0, months=12, customers=600, monthly_joins=25)
zero_events = simulate_events(simulate_history(zero))
zero_month = zero_events["occurred_at"].dt.tz_localize(None).dt.to_period("M")
zero_parts = {
    "calls": zero_events["kind"] == "support_call",
    "gb": zero_events["value"].where(zero_events["kind"] == "usage_data", 0),
}
zero_usage = pd.DataFrame(zero_parts).astype(float)
zero_usage = zero_usage.groupby([zero_events["customerID"], zero_month]).sum().round(2)
zero_usage = zero_usage.reset_index().rename(columns={"occurred_at": "event_timestamp"})
zero_usage["bills"] = zero_usage.groupby("customerID").cumcount() + 1.0
zero_four = (zero_usage["event_timestamp"] + 1).dt.start_time + pd.Timedelta(hours=4)
zero_usage["event_timestamp"] = zero_four.dt.tz_localize("UTC")
zero_usage = zero_usage.sample(frac=0.7, random_state=variant_rng(0, "lab02 usage"))
my_store = make_store("store", zero_usage, TTL_DAYS, UNTIL)
