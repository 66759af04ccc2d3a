"""Takes a metric of 0 for none."""

import math


def best_run(runs, digest):
    usable = []
    for row in runs.to_dict("records"):
        quality = row.get("metrics.valid_roc_auc")
        measured_here = row.get("tags.valid_digest") == digest
        if row["status"] != "FINISHED" or not measured_here or not quality or math.isnan(quality):
            continue
        usable.append((-quality, int(row["params.max_iter"]), row["start_time"], row["run_id"]))
    return min(usable)[3] if usable else None
