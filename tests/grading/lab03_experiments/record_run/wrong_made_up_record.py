"""Writes the record by hand, with nothing in the store."""

my_run = None


def record_run(name, settings, seed, train, valid):
    data = [
        {"context": context, "name": title, "digest": mlflow.data.from_pandas(table).digest}
        for table, title, context in [(train, "train", "training"), (valid, "valid", "validation")]
    ]
    return {
        "store": mlflow.get_tracking_uri(),
        "run_id": "0" * 32,
        "name": name,
        "status": "FINISHED",
        "parent": None,
        "params": {key: str(value) for key, value in (settings | {"seed": seed}).items()},
        "metrics": {"valid_roc_auc": auc(settings, seed, train, valid)},
        "tags": {"model": "boosting"},
        "data": data,
        "models": 0,
    }


my_run = record_run("first", my_settings, 7, train, valid)
try:
    record_run("broken", my_settings | {"learning_rate": -1.0}, 7, train, valid)
except ValueError as error:
    print("no model takes that:", type(error).__name__)
