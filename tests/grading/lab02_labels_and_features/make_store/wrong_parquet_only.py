"""Writes a Parquet file and reads that: there is no online store."""


def make_store(name, features, ttl_days, until):
    folder = workspace / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    features[features["event_timestamp"] <= until].to_parquet(folder / "usage.parquet")
    (folder / "ttl").write_text(str(ttl_days))
    (folder / "feature_store.yaml").write_text(STORE_YAML)
    return str(folder)


def online(repo, customer_ids, now):
    values = pd.read_parquet(f"{repo}/usage.parquet")
    ttl_days = int(Path(repo, "ttl").read_text())
    asked = pd.DataFrame({"customerID": customer_ids, "event_timestamp": now.as_unit("ns")})
    return training_set(asked, values, ttl_days).drop(columns="event_timestamp")


def historical(repo, entities):
    ttl_days = int(Path(repo, "ttl").read_text())
    return training_set(entities, pd.read_parquet(f"{repo}/usage.parquet"), ttl_days)


my_store = make_store("store", usage, TTL_DAYS, UNTIL)
