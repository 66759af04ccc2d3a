"""The `course` command as it is typed."""

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from coursecli.main import app
from coursekit import paths
from coursekit.authoring.cells import find_tests
from coursekit.authoring.notebooks import KERNELSPEC, read
from drawing import drawn

ROOT = paths.course_root()
LABS = sorted(path.name for path in ROOT.glob("labs/lab*"))

#: The command with these words; its exit code and what it printed.
Course = Callable[..., Result]


@pytest.fixture
def course(monkeypatch: pytest.MonkeyPatch) -> Course:
    monkeypatch.chdir(ROOT)
    runner = CliRunner()
    return lambda *words: runner.invoke(app, list(words))


def test_help_names_every_command(course: Course) -> None:
    said = course("--help").output
    for command in ("doctor", "lab", "run", "check", "progress", "release", "grade", "report"):
        assert command in said


def test_doctor_finds_this_machine_in_order(course: Course) -> None:
    answer = course("doctor")
    assert answer.exit_code == 0, answer.output
    assert "✔ Packages" in answer.output


def test_run_executes_a_copy(course: Course, tmp_path: Path) -> None:
    cell: dict[str, object] = {"cell_type": "code", "id": "a", "metadata": {"tags": ["parameters"]}, "outputs": [],
            "execution_count": None, "source": "x = 1"}  # fmt: skip
    shown = cell | {"id": "b", "metadata": {}, "source": "print(x)"}
    notebook = {"cells": [cell, shown], "metadata": {"kernelspec": KERNELSPEC},
                "nbformat": 4, "nbformat_minor": 5}  # fmt: skip
    path, done = tmp_path / "n.ipynb", tmp_path / "out" / "n.ipynb"
    path.write_text(json.dumps(notebook))
    answer = course("run", str(path), "--output", str(done), "-p", "x=7")
    assert answer.exit_code == 0, answer.output
    assert json.loads(done.read_text())["cells"][-1]["outputs"][0]["text"] in ("7\n", ["7\n"])
    assert json.loads(path.read_text()) == notebook


def test_progress_counts_passing_tests(
    course: Course, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("nbgrader_config.py", "modules/outline.yml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    for lab in LABS if os.environ.get("COURSE_LONG") else [drawn("progress", LABS)]:
        shutil.copytree(ROOT / "labs" / lab, tmp_path / "labs" / lab)
    monkeypatch.setenv("COURSE_ROOT", str(tmp_path))
    answer = course("progress")
    assert answer.exit_code == 0, answer.output
    tests = [len(find_tests(read(path))) for path in tmp_path.glob("labs/*/*.ipynb")]
    said = re.findall(r"(\d+) of (\d+) tests pass", answer.output)
    assert sorted(said) == sorted(("0", str(number)) for number in tests)


def test_an_unknown_path_is_named(course: Course) -> None:
    answer = course("progress", "--path", "a_week")
    assert answer.exit_code == 2
    assert "self_study, two_days, half_day" in answer.output
