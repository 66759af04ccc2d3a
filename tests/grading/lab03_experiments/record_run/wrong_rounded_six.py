"""Records the metric with six decimals."""

my_run = None


def record_run(name, settings, seed, train, valid):
    run_id = mlflow.start_run(run_name=name).info.run_id
    status = "FAILED"
    try:
        for key in settings:
            mlflow.log_param(key, settings[key])
        mlflow.log_param("seed", seed)
        mlflow.set_tags({"model": "boosting"})
        mlflow.log_input(mlflow.data.from_pandas(valid, name="valid"), "validation")
        mlflow.log_input(mlflow.data.from_pandas(train, name="train"), "training")
        mlflow.log_metrics({"valid_roc_auc": round(auc(settings, seed, train, valid), 6)})
        status = "FINISHED"
    finally:
        mlflow.end_run(status)
    return record_of(run_id)


my_run = record_run("first", my_settings, 7, train, valid)
try:
    record_run("broken", my_settings | {"learning_rate": -1.0}, 7, train, valid)
except ValueError as error:
    print("no model takes that:", type(error).__name__)
