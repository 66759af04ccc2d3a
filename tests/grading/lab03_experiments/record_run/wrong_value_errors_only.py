"""Ends the run as failed for a ValueError, and leaves it open for another error."""

my_run = None


def record_run(name, settings, seed, train, valid):
    run = mlflow.start_run(run_name=name)
    try:
        mlflow.log_params(settings | {"seed": seed})
        mlflow.set_tag("model", "boosting")
        for table, title, context in (train, "train", "training"), (valid, "valid", "validation"):
            data = mlflow.data.from_pandas(table, name=title, targets="Churn")
            mlflow.log_input(data, context=context)
        mlflow.log_metric("valid_roc_auc", auc(settings, seed, train, valid))
    except ValueError:
        mlflow.end_run("FAILED")
        raise
    mlflow.end_run()
    return record_of(run.info.run_id)


my_run = record_run("first", my_settings, 7, train, valid)
try:
    record_run("broken", my_settings | {"learning_rate": -1.0}, 7, train, valid)
except ValueError as error:
    print("no model takes that:", type(error).__name__)
