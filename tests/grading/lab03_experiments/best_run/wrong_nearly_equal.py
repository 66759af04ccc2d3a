"""Takes metrics that differ by less than a millionth for equal."""

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
        usable.append(
            (-round(quality, 6), int(row["params.max_iter"]), row["start_time"], row["run_id"])
        )
    return min(usable)[3] if usable else None
