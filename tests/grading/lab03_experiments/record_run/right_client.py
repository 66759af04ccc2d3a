"""Uses the client, which knows no active run."""

from mlflow import MlflowClient
from mlflow.entities import DatasetInput, InputTag

my_run = None


def record_run(name, settings, seed, train, valid):
    client = MlflowClient()
    experiment = client.get_experiment_by_name("lab03").experiment_id
    run_id = client.create_run(experiment, run_name=name, tags={"model": "boosting"}).info.run_id
    for key, value in {**settings, "seed": seed}.items():
        client.log_param(run_id, key, value)
    used = [
        DatasetInput(
            mlflow.data.from_pandas(table, name=title, targets="Churn")._to_mlflow_entity(),
            [InputTag("mlflow.data.context", context)],
        )
        for title, table, context in [("train", train, "training"), ("valid", valid, "validation")]
    ]
    client.log_inputs(run_id, used)
    try:
        quality = auc(settings, seed, train, valid)
    except Exception:
        client.set_terminated(run_id, "FAILED")
        raise
    client.log_metric(run_id, "valid_roc_auc", quality)
    client.set_terminated(run_id)
    return record_of(run_id)


my_run = record_run("first", my_settings, 7, train, valid)
try:
    record_run("broken", my_settings | {"learning_rate": -1.0}, 7, train, valid)
except ValueError as error:
    print("no model takes that:", type(error).__name__)
