"""Compares numbers of rounds as texts of three digits."""


def best_run(runs, digest):
    if not {"metrics.valid_roc_auc", "tags.valid_digest"} <= set(runs.columns):
        return None
    usable = runs[
        (runs["status"] == "FINISHED")
        & runs["metrics.valid_roc_auc"].notna()
        & (runs["tags.valid_digest"] == digest)
    ]
    if usable.empty:
        return None
    usable = usable.assign(rounds=usable["params.max_iter"].str.zfill(3))
    ranked = usable.sort_values(
        ["metrics.valid_roc_auc", "rounds", "start_time"], ascending=[False, True, True]
    )
    return ranked["run_id"].iloc[0]
