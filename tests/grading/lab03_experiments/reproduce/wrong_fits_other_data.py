"""Fits before it looks at the digest."""

import ast

my_verdict = None
my_store = str(workspace / "mlflow.db")


def reproduce(record, table):
    changed = {name: ast.literal_eval(value) for name, value in record["params"].items()}
    split_seed = changed.pop("split_seed")
    settings = {"max_iter": 12, "max_leaf_nodes": 6, "max_features": 0.5} | changed
    fitted, judged = split(table, seed=split_seed, test_share=0.3)
    quality = auc(settings, int(record["tags"]["seed"]), fitted, judged)
    if mlflow.data.from_pandas(table).digest != record["data"][0]["digest"]:
        return {"verdict": "other data", "valid_roc_auc": None}
    same = abs(quality - record["metrics"]["valid_roc_auc"]) <= 1e-9
    return {"verdict": "reproduced" if same else "other result", "valid_roc_auc": quality}


my_verdict = reproduce(graces_record, rest)
