"""Reads the answer as a dict, and the columns from the schema; the file is called otherwise."""

import feast


def make_store(name, features, ttl_days, until):
    folder = Path(str(workspace / name))
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir()
    Path(folder, "feature_store.yaml").write_text(STORE_YAML)
    table = features.copy()
    names = sorted(set(table.columns) - {"customerID", "event_timestamp"})
    for column in names:
        table[column] = table[column].astype("float64")
    table.to_parquet(folder / "monthly.parquet", index=False)
    source = feast.FileSource(
        name="monthly", path=str(folder / "monthly.parquet"), timestamp_field="event_timestamp"
    )
    entity = feast.Entity(
        name="customer", join_keys=["customerID"], value_type=feast.ValueType.STRING
    )
    usage_view = feast.FeatureView(
        name="usage",
        entities=[entity],
        ttl=timedelta(days=ttl_days),
        schema=[feast.Field(name=column, dtype=Float64) for column in names],
        source=source,
        online=True,
    )
    store = feast.FeatureStore(str(folder))
    store.apply([entity, source, usage_view])
    store.materialize(datetime(2000, 1, 1, tzinfo=UTC), until.to_pydatetime(), ["usage"])
    return f"{folder}"


def online(repo, customer_ids, now):
    store = feast.FeatureStore(repo)
    view = store.get_feature_view("usage")
    names = [field.name for field in view.schema if field.name != "customerID"]
    answer = store.get_online_features(
        [f"usage:{n}" for n in names], [{"customerID": c} for c in customer_ids]
    ).to_dict(include_event_timestamps=True)
    oldest = (now - view.ttl).timestamp()
    rows = {"customerID": list(customer_ids)}
    for n in names:
        rows[n] = [
            value if moment >= oldest else None
            for value, moment in zip(answer[n], answer[f"{n}__ts"])
        ]
    return pd.DataFrame(rows)


def historical(repo, entities):
    view = feast.FeatureStore(repo).get_feature_view("usage")
    values = pd.read_parquet(view.batch_source.path)
    made = training_set(entities[["customerID", "event_timestamp"]], values, view.ttl.days)
    return pd.concat([entities.reset_index(drop=True), made.iloc[:, 2:]], axis=1)


my_store = make_store("store", usage, TTL_DAYS, UNTIL)
