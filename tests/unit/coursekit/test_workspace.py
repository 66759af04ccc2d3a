import os
import random
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from coursekit import workspace
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


def test_what_is_kept_is_kept_as_long_as_the_kernel_runs(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first = open_workspace("lab", seed=3, keep=True)
    (first / "task_1.txt").write_text("x")
    drawn = random.random()
    again = open_workspace("lab", seed=3, keep=True)
    assert (again / "task_1.txt").read_text() == "x"
    assert random.random() == drawn
    assert capsys.readouterr() == ("", "")
    # Another kernel has opened none. It says what is lost, and not where outputs are compared.
    monkeypatch.setattr(workspace, "_opened", set())
    assert list(open_workspace("lab", keep=True).path.iterdir()) == []
    out, said = capsys.readouterr()
    assert out == ""
    assert said == (
        "The workspace lab is emptied: it held 1 file of an earlier session. "
        "Run the cells of your tasks again, from the first one on.\n"
    )


def test_a_kept_workspace_that_is_gone_is_made_again(capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(open_workspace("lab", keep=True).path)
    assert open_workspace("lab", keep=True).path.is_dir()
    (open_workspace("lab", keep=True) / "left_over.txt").write_text("x")
    assert list(open_workspace("lab").path.iterdir()) == []
    assert capsys.readouterr() == ("", "")


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
    opened = open_workspace("lesson")
    (opened / "sub").mkdir()
    (opened / "sub" / "b.txt").write_bytes(b"x" * 1500)
    (opened / "a.txt").write_bytes(b"")
    assert str(elsewhere) not in repr(opened) + str(opened)
    assert opened.tree() == "a.txt  0.0 kB\nsub/b.txt  1.5 kB"


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
        opened = open_workspace(name)
        uri = opened.use_mlflow("churn")
        assert uri.endswith(f"/{name}/mlflow.db")
        with mlflow.start_run(run_name="only") as run:
            mlflow.log_metric("auc", 0.5)
            mlflow.log_text("hello", "note.txt")
        assert len(mlflow.search_runs()) == 1
        assert run.info.artifact_uri.startswith((opened.path / "artifacts").as_uri())
    # Asked again, it keeps what is there.
    opened.use_mlflow("churn")
    assert len(mlflow.search_runs()) == 1


def test_a_store_begun_anew_is_the_file_that_a_server_has_open() -> None:
    """Else the server takes the new store's journal for its own, and the lesson has an I/O error."""
    import mlflow

    def names() -> list[str]:
        return [name for (name,) in server.execute("SELECT name FROM experiments")]

    first = open_workspace("lesson")
    first.use_mlflow("first")
    with closing(sqlite3.connect(first / "mlflow.db")) as server:
        assert "first" in names()
        second = open_workspace("lesson")
        assert list(second.path.iterdir()) == []
        second.use_mlflow("second")
        assert "second" in names()
        assert "first" not in names()
        with mlflow.start_run():
            assert server.execute("SELECT count(*) FROM runs").fetchone() == (1,)


def test_a_damaged_store_is_replaced() -> None:
    import mlflow

    first = open_workspace("lesson")
    (first / "mlflow.db").write_text("no database " * 100)
    open_workspace("lesson").use_mlflow("churn")
    assert mlflow.get_experiment_by_name("churn")


def test_a_lesson_that_is_run_again_in_the_same_kernel_has_a_new_store() -> None:
    import mlflow

    for name in ("first", "second"):
        open_workspace("lesson").use_mlflow("churn")
        with mlflow.start_run(run_name=name):
            mlflow.log_metric("auc", 0.5)
        assert mlflow.search_runs()["tags.mlflow.runName"].tolist() == [name]


def test_a_table_is_shown_alike_in_a_narrow_terminal_and_without_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    with pd.option_context("display.max_columns", 0):  # what pandas takes in a terminal
        open_workspace("lesson")
        shown = repr(pd.DataFrame({name: ["x" * 20] for name in "abcd"}))
    assert "..." not in shown
