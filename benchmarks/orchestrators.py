"""What each orchestrator costs: the telco's month, run by the real tool on this machine, and killed.

    python benchmarks/orchestrators.py [--write]

Jobs are empty (they write their record), so that what is measured is the tool's. Each tool runs the
graph once as it is, once with the process of the third job killed (does the tool try again?), and
once with everything killed in the third job, and then goes on (which jobs run again?). After the first
run its own store is asked which runs lie before the last result, and its definition for the schedule
(``orchestrator_stores.py``). Seconds are of one run each, side by side on one machine; their ratios count.

    python benchmarks/orchestrators.py --stores --write    # the last two columns only, seconds as they are

``--write`` writes ``datasets/measured/orchestrators.csv``.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import pandas as pd

from churn.pipeline.graph import JOBS
from coursekit import paths
from coursekit.exercises.orchestrators import TOOLS, Result, Tool, ask, prepare, run

THIRD = JOBS[2]
TABLE = "datasets/measured/orchestrators.csv"
STORES = Path(__file__).with_name("orchestrator_stores.py")


def stored(name: str, folder: Path) -> dict[str, object]:
    """What the tool's own store and definition say after a whole run."""
    found = json.loads(ask(TOOLS[name], folder, str(STORES), name).splitlines()[-1])
    assert set(found["upstream"]) <= set(JOBS[:-1]), found
    return {"lineage": len(set(found["upstream"])), "schedule": found["schedule"]}


def ran(tool: Tool, folder: Path) -> Result:
    """A whole run, in an empty folder."""
    prepare(tool, folder)
    whole = run(tool, folder)
    assert whole.done == list(JOBS), whole.said[-2000:]
    return whole


def measured(name: str, folder: Path) -> dict[str, object]:
    """One row: seconds, what was seen after the two kills, and what is stored."""
    tool = TOOLS[name]
    whole = ran(tool, folder)
    kept = stored(name, folder)
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
        **kept,
    }


def main() -> None:
    rows: dict[str, dict[str, object]] = {}
    file = paths.course_root() / TABLE
    old = pd.read_csv(file, index_col="tool").drop(columns=["lineage", "schedule"], errors="ignore")
    with tempfile.TemporaryDirectory() as scratch:
        for name, tool in TOOLS.items():
            folder = Path(scratch) / tool.definition
            if "--stores" in sys.argv[1:]:
                ran(tool, folder)
                rows[name] = {**old.loc[name], **stored(name, folder)}
            else:
                rows[name] = measured(name, folder)
            print(name, rows[name], flush=True)
    table = pd.DataFrame(rows).T.rename_axis("tool")
    print(table.to_string())
    print("start-up and CPU, as multiples of the least:")
    print(table[["start_up", "per_job", "cpu"]].astype(float).pipe(lambda t: t / t.min()).round(1))
    if "--write" in sys.argv[1:]:
        table.to_csv(file)


if __name__ == "__main__":
    main()
