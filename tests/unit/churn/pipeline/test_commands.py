"""The command ``churn-pipeline``: what it says of records, and that it begins again with care."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from churn.pipeline import runs
from churn.pipeline.commands import app
from churn.pipeline.config import load_config
from churn.pipeline.graph import JOBS
from churn.pipeline.jobs import setup
from churn.pipeline.stores import OWNER, REGISTRY, Stores, StoresError
from coursekit.environment import mlflow_store

AUGUST = "2024-08-31"
#: What the jobs leave, by their paths in the environment's folder.
OURS = (
    "tables/features/_delta_log/00000000000000000000.json",
    "tables/features/month=2024-08/part-00000.parquet",
    "tables/labels/_delta_log/_last_checkpoint", "tables/monitoring/month=2024-08/a.parquet",
    "features/feature_store.yaml", "features/registry.db", "features/.2024-08.parquet.draft",
    "features/.feature_store.draft", "features/customer_month/2024-08.parquet",
    "records/2024-08/train.json", "records/2024-08/.train.json.draft",
    "records/2024-08/batches/churn-1@0.1453.json",
    "keys/signer/signing.key", "keys/gate/signing.pub", "keys/.gate.draft/signing.key",
    "packages/0123456789abcdef/package/MLmodel", "packages/2024-08-churn-1@0.1453/base.parquet",
    "artifacts/6a34c3a49de74ee7885a7e67c2840aab/artifacts/package/model.onnx",
    ".registry.db.draft", ".environment.json.draft", "churn.lock",
)  # fmt: skip
#: What a colleague keeps beside and among it.
THEIRS = (
    "notes.txt", "tables/notes.txt", "tables/features/notes.txt", "tables/mine/a.parquet",
    "features/notes.md", "features/customer_month/mine.parquet", "records/why.json",
    "records/2024-08/notes.json", "keys/signer/mine.key", "keys/mine/signing.key",
    "packages/mine/package/MLmodel", "artifacts/mine/model.onnx", "mine.lock", "registry.db.bak",
)  # fmt: skip


@pytest.fixture
def stores(tmp_path: Path) -> Stores:
    """Dev, which nobody has run anything in."""
    stores = Stores(load_config("dev"), tmp_path)
    stores.root.mkdir()
    shutil.copyfile(mlflow_store.empty(), stores.root / REGISTRY)
    stores.claim()
    return stores


def asked(stores: Stores, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--home", str(stores.home)])


def put(stores: Stores, *paths: str) -> None:
    for path in paths:
        (stores.root / path).parent.mkdir(parents=True, exist_ok=True)
        (stores.root / path).write_text(path)


def test_a_reset_removes_what_the_jobs_make(stores: Stores) -> None:
    put(stores, *OURS)
    assert setup.reset(stores) == []
    assert not stores.root.exists()


def test_a_reset_leaves_what_is_somebodys_at_any_depth(stores: Stores) -> None:
    put(stores, *OURS, *THEIRS)
    (stores.root / "tables" / "labels" / "elsewhere").symlink_to(stores.home)
    said = asked(stores, "reset")
    left = sorted(
        one.relative_to(stores.root).as_posix()
        for one in stores.root.rglob("*")
        if not one.is_dir() or one.is_symlink()
    )
    assert left == sorted([*THEIRS, "tables/labels/elsewhere"])
    whole = {"tables/mine", "keys/mine", "packages/mine", "artifacts/mine"}
    shown = sorted({*left, *whole} - {one for one in left if one.startswith(tuple(whole))})
    assert sorted(said.stdout.strip().partition("left: ")[2].split(", ")) == shown
    with pytest.raises(StoresError, match="is not empty, and nobody set it up"):
        setup.run(stores, AUGUST)


def test_a_reset_is_for_who_owns_the_folder(stores: Stores) -> None:
    put(stores, *OURS)
    (stores.root / OWNER).write_text('{"environment": "prod"}')
    said = asked(stores, "reset")
    assert (said.exit_code, said.stderr) == (1, "the folder dev belongs to prod, not to dev\n")
    assert all((stores.root / path).is_file() for path in OURS)


def test_the_status_of_a_month(stores: Stores) -> None:
    runs.record(stores, "train", AUGUST, "version 1 on few rows", version="1")
    said = asked(stores, "status", "--day", "2024-08", "--set", "share=1")
    lines = said.stdout.splitlines()
    assert lines[JOBS.index("train")] == "train 2024-08: version 1 on few rows"
    assert lines[JOBS.index("setup")] == "setup 2024-08: has not run"
    assert len(lines) == len(JOBS)
    assert asked(stores, "status").stderr == "nothing has been delivered to landing\n"
    assert asked(stores, "status", "--day", "soon").stderr == "'soon' is no day\n"


def test_a_batch_is_explained_or_is_one_sentence(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = "2024-08/churn-1@0.1453"
    said = asked(stores, "explain", batch)
    assert (said.exit_code, said.stderr) == (1, f"no record knows a batch '{batch}'\n")
    runs.record(stores, "batch_inference", AUGUST, "done", batch=batch, version="1", features=7)
    lineage = {
        "pipeline.trained_from": "2024-01-31", "trained_until": "2024-03-31",
        "pipeline.reference": "2024-04-30", "data_version": "rows", "data.features": "3",
        "data.labels": "2", "code_version": "code", "pipeline.config": "settings",
    }  # fmt: skip
    monkeypatch.setattr(Stores, "tags_of", lambda _, version: {**lineage, "version": version})
    made = type("Made", (), {"evidence": {}, "who": "Ada", "approved_by": None, "why": "better"})
    desk = type("Desk", (), {"made_champion": lambda _, version: made})()
    monkeypatch.setattr(Stores, "promotion", desk)
    told = json.loads(asked(stores, "explain", batch).stdout)
    assert (told["batch"], told["model"], told["features"]) == (batch, "churn 1", 7)
    assert (told["promoted_by"], told["code"][0]) == ("Ada", "code")


@pytest.mark.parametrize(
    "words", [("status",), ("explain", "2024-08/a@1"), ("reset",), ("run", "setup"), ("backfill",)]
)
def test_each_command_takes_settings_and_says_what_is_wrong(
    stores: Stores, words: tuple[str, ...]
) -> None:
    said = asked(stores, *words, "--set", "gate.drawn=5")
    assert (said.exit_code, said.stderr) == (1, "dev: gate.drawn: there is no such setting\n")
    said = asked(stores, *words, "--profile", "asleep")
    assert (said.exit_code, said.stderr) == (1, "there is no profile 'asleep': unattended\n")
    elsewhere = f"scores=sqlite:///{stores.home}/none/scores.db"
    said = asked(stores, *words, "--set", elsewhere, "--set", "registry=http://127.0.0.1:9/")
    # Where no store answers there is a sentence, too, and no traceback.
    assert said.exit_code == 1
    assert said.stderr.count("\n") == 1
    assert (stores.root / OWNER).is_file()


@pytest.fixture(autouse=True)
def _no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
