"""Which jobs a month needs: one rule, for whoever starts them."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import psycopg
import pytest
from deltalake.exceptions import DeltaError
from feast.errors import FeatureViewNotFoundException
from mlflow.exceptions import MlflowException
from sqlalchemy.exc import OperationalError

from churn.pipeline import graph
from churn.pipeline.graph import JOBS, MONTHLY, ONCE, JobError, backfill, due, run_if_due
from churn.pipeline.jobs import deploy
from churn.pipeline.runs import Run, record, recorded
from churn.pipeline.stores import OWNER

AUGUST, SEPTEMBER = pd.Timestamp("2024-08-31"), pd.Timestamp("2024-09-30")


class Registry:
    """As much of MLflow's client as the rule asks."""

    def __init__(self) -> None:
        self.aliases: dict[str, str] = {}
        self.empty = False

    def search_registered_models(self, which: str) -> list[Any]:
        assert which == "name = 'churn'"
        return [] if self.empty else [SimpleNamespace(aliases=self.aliases)]


@pytest.fixture
def stores(tmp_path: Path) -> Any:
    (tmp_path / OWNER).write_text('{"environment": "dev"}')
    config = SimpleNamespace(model="churn", digest=lambda: "settings")
    return SimpleNamespace(
        root=tmp_path,
        records=tmp_path / "records",
        client=Registry(),
        config=config,
        require=lambda: None,
    )


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The jobs that were really run."""
    found: list[str] = []

    def run_job(stores: Any, job: str, day: pd.Timestamp) -> Run:
        found.append(job)
        return record(stores, job, day, "done", version="1")

    monkeypatch.setattr(graph, "run_job", run_job)
    return found


def test_the_two_parts_are_all_jobs_in_their_order() -> None:
    assert MONTHLY == ("feature_tables", "batch_inference", "monitor", "retrain")
    assert sorted(ONCE + MONTHLY) == sorted(JOBS)
    assert list(MONTHLY) == sorted(MONTHLY, key=JOBS.index)


def test_all_jobs_until_there_is_a_champion(stores: Any) -> None:
    assert due(stores, AUGUST) == JOBS
    stores.client.aliases["challenger"] = "1"
    assert due(stores, AUGUST) == JOBS
    stores.client.aliases["champion"] = "1"
    assert due(stores, AUGUST) == MONTHLY
    stores.client.empty = True  # a setup that was killed
    assert due(stores, AUGUST) == JOBS
    stores.client.empty = False
    (stores.root / OWNER).unlink()
    assert due(stores, AUGUST) == JOBS


def test_a_month_that_made_the_champion_is_finished_with_all_jobs(stores: Any) -> None:
    stores.client.aliases["champion"] = "1"
    record(stores, "train", AUGUST, "version 1", version="1")
    assert due(stores, AUGUST) == JOBS  # killed after the move and before its record, say
    assert due(stores, SEPTEMBER) == MONTHLY
    record(stores, "monitor", AUGUST, "quiet")
    assert due(stores, AUGUST) == MONTHLY


def test_who_starts_all_jobs_every_month_runs_those_that_are_due(
    stores: Any, ran: list[str]
) -> None:
    def month(day: pd.Timestamp) -> list[str]:
        ran.clear()
        for job in JOBS:
            run_if_due(stores, job, day)
            if job == "deploy":
                stores.client.aliases["champion"] = "1"
        return list(ran)

    assert month(AUGUST) == list(JOBS)
    assert month(SEPTEMBER) == list(MONTHLY)
    skipped = recorded(stores, "train", SEPTEMBER)
    assert skipped is not None
    assert (skipped.said, skipped.made) == ("not due, there is a champion", {"due": False})
    assert due(stores, SEPTEMBER) == MONTHLY
    # What retrain has trained in the month is not written over by a second start of all jobs.
    record(stores, "train", SEPTEMBER, "version 2", version="2")
    record(stores, "monitor", SEPTEMBER, "drift")
    assert month(SEPTEMBER) == list(MONTHLY)
    again = recorded(stores, "train", SEPTEMBER)
    assert again is not None
    assert again.made == {"version": "2"}


def test_features_are_made_of_the_months_that_have_none(stores: Any, ran: list[str]) -> None:
    record(stores, "feature_tables", AUGUST, "done")
    assert [run.job for run in backfill(stores, [AUGUST, SEPTEMBER])] == ["feature_tables"]
    assert ran == ["feature_tables"]
    assert recorded(stores, "feature_tables", SEPTEMBER) is not None
    assert list(backfill(stores, [AUGUST, SEPTEMBER])) == []


def test_a_training_that_was_not_due_is_no_candidate(stores: Any) -> None:
    stores.client.aliases["champion"] = "1"
    run_if_due(stores, "train", SEPTEMBER)
    with pytest.raises(JobError, match="there is no candidate of 2024-09"):
        deploy.run(stores, SEPTEMBER)


def test_an_unknown_job_is_no_job_that_is_not_due(stores: Any) -> None:
    stores.client.aliases["champion"] = "1"
    with pytest.raises(JobError, match="there is no job 'celebrate'"):
        run_if_due(stores, "celebrate", AUGUST)


def raised(error: Exception) -> str:
    """What a job that raises ``error`` says."""
    with pytest.raises(JobError) as found, graph.in_one_sentence("train"):
        raise error
    return str(found.value)


def test_what_a_store_says_is_one_sentence() -> None:
    below = OSError("could not\nconnect")
    statement = OperationalError("SELECT 1", {"password": "hunter2"}, below)
    assert raised(statement) == "train: could not connect"
    assert raised(MlflowException("no server\nat 9")) == "train: no server at 9"
    assert raised(DeltaError("no disk")) == "train: no disk"
    assert raised(FeatureViewNotFoundException("customer_month")).startswith("train: ")
    assert raised(psycopg.OperationalError("gone")) == "train: gone"
    assert raised(PermissionError()) == "train: PermissionError"
    assert raised(JobError("as it is")) == "as it is"


def test_a_fault_of_the_program_keeps_its_traceback() -> None:
    for fault in (KeyError("left_on"), TypeError("clip"), AssertionError()):
        with pytest.raises(type(fault)), graph.in_one_sentence("train"):
            raise fault


def test_a_registry_that_is_down_is_one_sentence_before_a_job_is_chosen(
    stores: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(_: str) -> list[Any]:
        raise MlflowException("refused")

    monkeypatch.setattr(stores.client, "search_registered_models", down)
    with pytest.raises(JobError, match=r"^registry: refused$"):
        due(stores, AUGUST)
