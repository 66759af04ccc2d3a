"""A pytest plugin that reports, as JSON, what became of each test and who ran the notebooks."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from grader.steps import execute

_results: dict[str, str] = {}
_runs: list[int] = []


def pytest_configure() -> None:
    run = execute.run

    def counted(job: execute.Job, *rest: Any) -> Any:
        _runs.append(len(job.tests))
        return run(job, *rest)

    execute.run = counted  # type: ignore[assignment]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    name = report.nodeid.rpartition("::")[2]
    # The worst of setup, call and teardown.
    if report.outcome != "passed" or name not in _results:
        _results[name] = report.outcome


def pytest_sessionfinish() -> None:
    text = json.dumps({"results": _results, "runs": len(_runs)})
    Path(os.environ["NBGRADER_OWN_REPORT"]).write_text(text)
