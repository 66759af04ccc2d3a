"""Among equals the first row of the table."""


def best_run(runs, digest):
    if not {"metrics.valid_roc_auc", "tags.valid_digest"} <= set(runs.columns):
        return None
    usable = runs[(runs["status"] == "FINISHED") & (runs["tags.valid_digest"] == digest)]
    if usable["metrics.valid_roc_auc"].isna().all():
        return None
    return usable.loc[usable["metrics.valid_roc_auc"].idxmax(), "run_id"]
