"""Notes the verdict at one of the runs in the store."""

my_verdict = None
my_store = str(workspace / "mlflow.db")


def parsed(text):
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return None


def reproduce(record, table):
    recorded = next(d["digest"] for d in record["data"] if d["context"] == "training")
    verdict, quality = "other data", None
    if mlflow.data.from_pandas(table).digest == recorded:
        params = {"max_iter": 12, "max_leaf_nodes": 6, "max_features": 0.5}
        for name, text in record["params"].items():
            params[name] = parsed(text)
        fitted, judged = split(table, seed=params.pop("split_seed"), test_share=0.3)
        quality = auc(params, parsed(record["tags"]["seed"]), fitted, judged)
        mlflow.MlflowClient().set_tag(graces_record["run_id"], "checked", str(quality))
        gap = quality - record["metrics"]["valid_roc_auc"]
        verdict = "reproduced" if -1e-9 <= gap <= 1e-9 else "other result"
    return {"valid_roc_auc": quality, "verdict": verdict}


my_verdict = reproduce(graces_record, rest)
