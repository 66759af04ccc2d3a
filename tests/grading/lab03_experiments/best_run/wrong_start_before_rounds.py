"""Among equals the earlier start, then the fewer rounds."""

import math


def best_run(runs, digest):
    usable = []
    for row in runs.to_dict("records"):
        quality = row.get("metrics.valid_roc_auc")
        measured_here = row.get("tags.valid_digest") == digest
        if (
            row["status"] != "FINISHED"
            or not measured_here
            or quality is None
            or math.isnan(quality)
        ):
            continue
        usable.append((-quality, row["start_time"], int(row["params.max_iter"]), row["run_id"]))
    return min(usable)[3] if usable else None
