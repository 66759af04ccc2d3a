"""What an alert's action points to is there, is complete, and names only what exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from churn.monitoring.alerts import steps
from churn.pipeline.commands import app as pipeline
from churn.pipeline.graph import JOBS
from churn.serving.champions import Champions, FolderSource
from churn.serving.evaluation_store import EvaluationStore
from churn.serving.fallback import Reason
from churn.serving.journal import Journal
from churn.serving.metrics import Metrics
from churn.serving.predictor import Predictor
from churn.serving.recorder import Recorder
from churn.serving.settings import Settings
from coursekit import paths

ROOT = paths.course_root()
RUNBOOKS = sorted(one for one in (ROOT / "deploy/runbooks").glob("*.md") if one.stem != "README")
#: The promises of the lesson on service levels.
OBJECTIVES = {"availability", "latency", "freshness", "coverage", "quality"}
HEADINGS = ["Symptom", "Check", "Stop the damage", "Find the cause", "Wake somebody else"]
LABELS = {"route", "status", "reason", "problems"}


def mentions() -> Iterator[tuple[Path, str]]:
    """Each runbook that a Python file or a notebook names."""
    for folder in ("utils", "benchmarks", "tests/unit", "modules", "solutions", "deploy"):
        for file in (ROOT / folder).rglob("*"):
            if file.suffix in (".py", ".ipynb") and file.name != Path(__file__).name:
                for name in re.findall(r"[\w./-]*runbooks/\w+\.md", file.read_text("utf-8")):
                    yield file, name


def test_each_runbook_that_is_named_is_there() -> None:
    found = list(mentions())
    assert {file.name for file, _ in found} >= {"alerts.py", "09_slos_and_alerts.ipynb"}
    assert [(file, name) for file, name in found if not (ROOT / name).is_file()] == []


def test_each_objective_has_its_runbook() -> None:
    assert {one.stem for one in RUNBOOKS} == OBJECTIVES


@pytest.mark.parametrize("file", RUNBOOKS, ids=lambda one: one.stem)
def test_a_runbook_says_what_to_do_and_whom_to_call(file: Path) -> None:
    text = file.read_text("utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == HEADINGS
    assert re.search(r"^(Page|Ticket) to the role \*.+?\*", text, re.MULTILINE)
    assert re.findall(r"^(\d)\. ", text, re.MULTILINE) == ["1", "2", "3", "4"]
    assert len(steps(text)) == 4
    assert steps(text)[-1] == f"Look at {file.stem}"


def unknown(text: str, served: str) -> list[str]:
    """What a runbook names in code and nobody has; ``served`` is what /metrics says."""
    names = {family.name for family in text_string_to_metric_families(served)}
    known = {f"{name}{end}" for name in names for end in ("", "_total", "_count")}
    known |= {str(one.value) for one in Reason} | set(Settings.model_fields) | LABELS
    commands = {str(one.callback.__name__) for one in pipeline.registered_commands if one.callback}
    wrong = []
    for name in re.findall(r"`([^`]+)`", text):
        if name.startswith("churn-pipeline "):
            command, *jobs = name.split()[1:]
            fine = command in commands and set(jobs) <= set(JOBS)
        elif name.startswith("churn."):
            fine = (ROOT / "utils" / f"{name.replace('.', '/')}.py").is_file()
        elif ("/" in name and not name.startswith("/")) or name.endswith(".md"):
            fine = (ROOT / name).is_file() or (ROOT / "deploy/runbooks" / name).is_file()
        elif name.startswith("/"):
            fine = name in {"/v1/predict", "/ready", "/health", "/metrics"}
        else:
            fine = name in known or name == "champion"
        wrong += [] if fine else [name]
    return wrong


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The figures of a service without a model, which nobody has asked."""
    folder = tmp_path_factory.mktemp("service")
    champions = Champions(FolderSource(folder), folder / "no.pub")
    store = EvaluationStore(f"sqlite:///{folder / 'rows.db'}")
    predictor = Predictor(lambda: None, None, Settings())
    try:
        recorder = Recorder(Journal(folder / "journal"), store)
        return Metrics(champions, recorder, predictor).text().decode()
    finally:
        predictor.close()
        store.close()


@pytest.mark.parametrize("file", RUNBOOKS, ids=lambda one: one.stem)
def test_a_runbook_names_only_what_exists(file: Path, served: str) -> None:
    assert unknown(file.read_text("utf-8"), served) == []


def test_what_does_not_exist_is_noticed(served: str) -> None:
    text = "`churn_predictions_total` `churn_lost` `/ready` `/redy` `churn-pipeline run moniter` `gone.md`"
    assert unknown(text, served) == ["churn_lost", "/redy", "churn-pipeline run moniter", "gone.md"]


def test_each_reason_of_the_rule_has_its_line() -> None:
    text = (ROOT / "deploy/runbooks/coverage.md").read_text("utf-8")
    rows = "\n".join(line for line in text.splitlines() if line.startswith("| `"))
    assert [one.value for one in Reason if f"`{one.value}`" not in rows] == []
