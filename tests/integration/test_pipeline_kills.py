"""Any job of the pipeline killed at any point and run again leaves what an undisturbed run leaves.

Three jobs are killed, drawn for the commit; in `make long` all of them, each at five places.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import killed_pipeline
from churn.pipeline.graph import JOBS
from coursekit.environment import known

Report = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """What the script saw: each job run undisturbed, and killed at some places and run again."""
    folder = tmp_path_factory.mktemp("killed")
    done = subprocess.run(
        [sys.executable, str(Path(killed_pipeline.__file__)), str(folder)],
        env=known.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: Report = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("job", JOBS)
def test_a_job_that_was_killed_is_run_again_and_leaves_the_same(job: str, report: Report) -> None:
    kills, expected = report[job].get("kills", []), report[job]["state"]
    count = killed_pipeline.KILLS if job in killed_pipeline.KILLED else 0
    assert [one["killed"] for one in kills] == [True] * count
    assert len({one["before"] for one in kills}) == count
    assert expected["left over"] == []
    for one in kills:
        assert one["state"] == expected, f"{job} killed before {one['before']}"


def test_the_jobs_did_what_could_be_lost(report: Report) -> None:
    """What is compared is there: two versions, two promotions, a table of each kind."""
    last = report["retrain"]["state"]
    assert list(last["versions"]) == ["1", "2"]
    assert [entry["state"] for entry in last["audit"]] == ["done", "done"]
    assert {name for _, name, _ in last["aliases"]} == {"champion", "previous"}
    assert all(last[table][0] for table in ("features", "labels", "monitoring", "served"))
    assert all("model.onnx" in str(one["files"]) for one in last["versions"].values())
    assert last["feature service"] is True


def test_a_training_that_registers_before_it_logs_is_found_out(report: Report) -> None:
    (kill,) = report["fault"]["kills"]
    assert kill["killed"]
    assert kill["before"].endswith("log_artifacts")
    assert report["fault"]["state"] == report["train"]["state"]
    assert kill["state"] != report["train"]["state"]
    assert kill["state"]["versions"]["1"]["files"] == []
