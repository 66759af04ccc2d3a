"""Expects the column of max_iter even if no run has it."""

import pandas as pd


def best_run(runs, digest):
    if not {"metrics.valid_roc_auc", "tags.valid_digest"} <= set(runs.columns):
        return None
    runs = runs.assign(rounds=pd.to_numeric(runs["params.max_iter"]))
    usable = runs[
        (runs["status"] == "FINISHED")
        & runs["metrics.valid_roc_auc"].notna()
        & (runs["tags.valid_digest"] == digest)
    ]
    if usable.empty:
        return None
    ranked = usable.sort_values(
        ["metrics.valid_roc_auc", "rounds", "start_time"], ascending=[False, True, True]
    )
    return ranked["run_id"].iloc[0]
