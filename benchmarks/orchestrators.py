"""What each orchestrator costs: the telco's month, run by the real tool on this machine, and killed.

    python benchmarks/orchestrators.py [--write]

Jobs are empty (they write their record), so that what is measured is the tool's. Each tool runs the
graph once as it is, once with the process of the third job killed (does the tool try again?), and
once with everything killed in the third job, and then goes on (which jobs run again?). Seconds are of
one run each, side by side on one machine; their ratios count. ``--write`` writes
``datasets/measured/orchestrators.csv``.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pandas as pd

from churn.pipeline.graph import JOBS
from coursekit import paths
from coursekit.exercises.orchestrators import TOOLS, Tool, prepare, run

THIRD = JOBS[2]


def measured(tool: Tool, folder: Path) -> dict[str, object]:
    """One row: seconds, and what was seen after the two kills."""
    prepare(tool, folder)
    whole = run(tool, folder)
    assert whole.done == list(JOBS), whole.said[-2000:]
    prepare(tool, folder)
    killed = run(tool, folder, kill=f"job {THIRD}")
    prepare(tool, folder)
    cut = run(tool, folder, kill=f"machine {THIRD}")
    assert cut.started == list(JOBS[:3]), cut.started
    again = run(tool, folder, resume=True)
    assert again.done[-1] == JOBS[-1], again.said[-2000:]
    return {
        "lines": tool.lines,
        "environment": tool.environment or "the course's",
        "start_up": round(whole.start_up, 2),
        "per_job": round(whole.between, 3),
        "cpu": round(whole.cpu, 2),
        "tries_again": int(killed.started.count(THIRD) == 2 and killed.done == list(JOBS)),
        "run_again": sum(job in JOBS[:2] for job in again.started),
    }


def main() -> None:
    rows = {}
    with tempfile.TemporaryDirectory() as scratch:
        for name, tool in TOOLS.items():
            rows[name] = measured(tool, Path(scratch) / tool.definition)
            print(name, rows[name], flush=True)
    table = pd.DataFrame(rows).T.rename_axis("tool")
    print(table.to_string())
    print("start-up and CPU, as multiples of the least:")
    print(table[["start_up", "per_job", "cpu"]].astype(float).pipe(lambda t: t / t.min()).round(1))
    if "--write" in sys.argv[1:]:
        table.to_csv(paths.course_root() / "datasets" / "measured" / "orchestrators.csv")


if __name__ == "__main__":
    main()
