"""Narrows the table down, one rule after the other."""

import pandas as pd

COLUMNS = ["run_id", "status", "start_time", "params.max_iter"]
COLUMNS += ["metrics.valid_roc_auc", "tags.valid_digest"]


def best_run(runs, digest):
    runs = runs.reindex(columns=COLUMNS)
    left = runs.query("status == 'FINISHED'").dropna(subset=["metrics.valid_roc_auc"])
    left = left.loc[left["tags.valid_digest"] == digest]
    if len(left) == 0:
        return None
    left = left.loc[left["metrics.valid_roc_auc"] == left["metrics.valid_roc_auc"].max()]
    rounds = pd.to_numeric(left["params.max_iter"])
    left = left.loc[rounds == rounds.min()]
    return left.iloc[left["start_time"].argmin()]["run_id"]
