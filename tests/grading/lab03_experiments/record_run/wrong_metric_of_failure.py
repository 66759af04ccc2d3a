"""Gives a failed run the metric 0."""

my_run = None


def record_run(name, settings, seed, train, valid):
    with mlflow.start_run(run_name=name) as run:
        mlflow.log_params(settings | {"seed": seed})
        mlflow.set_tag("model", "boosting")
        for table, title, context in (train, "train", "training"), (valid, "valid", "validation"):
            data = mlflow.data.from_pandas(table, name=title, targets="Churn")
            mlflow.log_input(data, context=context)
        quality = 0.0
        try:
            quality = auc(settings, seed, train, valid)
        finally:
            mlflow.log_metric("valid_roc_auc", quality)
    return record_of(run.info.run_id)


my_run = record_run("first", my_settings, 7, train, valid)
try:
    record_run("broken", my_settings | {"learning_rate": -1.0}, 7, train, valid)
except ValueError as error:
    print("no model takes that:", type(error).__name__)
