"""The highest metric of all runs."""


def best_run(runs, digest):
    return runs.sort_values("metrics.valid_roc_auc", ascending=False)["run_id"].iloc[0]
