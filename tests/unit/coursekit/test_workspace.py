import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from coursekit.workspace import open_workspace


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COURSE_WORKSPACE", str(tmp_path))
    return tmp_path


def test_it_is_fresh_every_time(elsewhere: Path) -> None:
    first = open_workspace("00_introduction/lesson")
    (first / "left_over.txt").write_text("x")
    second = open_workspace("00_introduction/lesson")
    assert second.path == elsewhere / "00_introduction" / "lesson"
    assert list(second.path.iterdir()) == []


def test_a_neighbour_is_left_alone() -> None:
    one, _ = open_workspace("lesson/one"), open_workspace("lesson/two")
    (one / "kept.txt").write_text("x")
    open_workspace("lesson/two")
    assert (one / "kept.txt").exists()


@pytest.mark.parametrize("name", ["", "../outside", "/etc", "a//b", "a b", "a/../b"])
def test_names_that_could_lead_elsewhere_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="workspace name"):
        open_workspace(name)


def test_the_global_generators_are_seeded() -> None:
    def draw(seed: int) -> tuple[float, float]:
        open_workspace("lesson", seed=seed)
        return random.random(), np.random.random()

    assert draw(1) == draw(1)
    assert draw(1) != draw(2)


def test_nothing_it_prints_differs_between_machines(elsewhere: Path) -> None:
    workspace = open_workspace("lesson")
    (workspace / "sub").mkdir()
    (workspace / "sub" / "b.txt").write_bytes(b"x" * 1500)
    (workspace / "a.txt").write_bytes(b"")
    assert str(elsewhere) not in repr(workspace) + str(workspace)
    assert workspace.tree() == "a.txt  0.0 kB\nsub/b.txt  1.5 kB"


def test_a_wide_table_reads_the_same_in_a_terminal_and_in_a_notebook() -> None:
    pd.reset_option("display.max_columns")
    open_workspace("lesson")
    wide = pd.DataFrame([range(12)], columns=[f"a rather long name {n}" for n in range(12)])
    assert "..." not in repr(wide)


def test_mlflow_opens_its_store_without_a_word(capfd: pytest.CaptureFixture[str]) -> None:
    code = (
        "from coursekit.workspace import open_workspace as o; o('quiet').use_mlflow()\n"
        "import mlflow; mlflow.search_runs()"
    )
    # As in the course's kernel, where MLflow has a reason to announce each database it opens.
    known = os.environ | {"MLFLOW_SQLALCHEMYSTORE_POOLCLASS": "NullPool"}
    subprocess.run([sys.executable, "-c", code], check=True, env=known)
    assert capfd.readouterr() == ("", "")


def test_mlflow_gets_a_store_of_its_own() -> None:
    import mlflow

    for name in ("one", "two"):
        workspace = open_workspace(name)
        uri = workspace.use_mlflow("churn")
        assert uri.endswith(f"/{name}/mlflow.db")
        with mlflow.start_run(run_name="only") as run:
            mlflow.log_metric("auc", 0.5)
            mlflow.log_text("hello", "note.txt")
        assert len(mlflow.search_runs()) == 1
        assert run.info.artifact_uri.startswith((workspace.path / "artifacts").as_uri())
    # Asked again, it keeps what is there.
    workspace.use_mlflow("churn")
    assert len(mlflow.search_runs()) == 1


def test_a_lesson_that_is_run_again_in_the_same_kernel_has_a_new_store() -> None:
    import mlflow

    for name in ("first", "second"):
        open_workspace("lesson").use_mlflow("churn")
        with mlflow.start_run(run_name=name):
            mlflow.log_metric("auc", 0.5)
        assert mlflow.search_runs()["tags.mlflow.runName"].tolist() == [name]
