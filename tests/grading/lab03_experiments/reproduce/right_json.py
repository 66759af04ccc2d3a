"""Reads the params with JSON and fits the model without the handed-out function."""

import json
import math

my_verdict = None
my_store = str(workspace / "mlflow.db")


def value_of(text):
    return None if text == "None" else json.loads(text)


def reproduce(record, table):
    digests = [used["digest"] for used in record["data"]]
    if digests != [mlflow.data.from_pandas(table, name="customers").digest]:
        return dict(verdict="other data", valid_roc_auc=None)
    settings = dict(max_iter=12, max_leaf_nodes=6, max_features=0.5)
    settings.update({k: value_of(v) for k, v in record["params"].items() if k != "split_seed"})
    train, held = split(table, int(record["params"]["split_seed"]), 0.3)
    model = make_model("boosting", int(record["tags"]["seed"]))
    model[-1].set_params(**settings)
    model.fit(*xy(train))
    X, y = xy(held)
    quality = float(roc_auc_score(y, model.predict_proba(X)[:, 1]))
    close = math.isclose(quality, record["metrics"]["valid_roc_auc"], rel_tol=0, abs_tol=1e-9)
    return dict(verdict=("other result", "reproduced")[close], valid_roc_auc=quality)


my_verdict = reproduce(graces_record, rest)
