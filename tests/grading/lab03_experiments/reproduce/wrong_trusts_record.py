"""Returns the recorded metric without fitting anything."""

my_verdict = my_new_runs = None


def reproduce(record, table):
    if mlflow.data.from_pandas(table).digest != record["data"][0]["digest"]:
        return {"verdict": "other data", "valid_roc_auc": None}
    return {"verdict": "reproduced", "valid_roc_auc": record["metrics"]["valid_roc_auc"]}


runs_before = len(mlflow.search_runs())
my_verdict = reproduce(graces_record, rest)
my_new_runs = len(mlflow.search_runs()) - runs_before
