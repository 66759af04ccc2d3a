"""Turns max_iter into a number before it knows which runs count."""


def best_run(runs, digest):
    if not {"metrics.valid_roc_auc", "tags.valid_digest"} <= set(runs.columns):
        return None
    runs = runs.assign(rounds=runs["params.max_iter"].astype(int))
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
