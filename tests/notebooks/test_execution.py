"""The comparison with nbval can fail, and a run that did nothing does not count as one."""

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output

from coursekit.authoring import notebooks


def lesson(folder: Path, source: str, outputs: list[NotebookNode], name: str = "lesson") -> Path:
    return lesson_of(folder, [(source, outputs)], name)


def lesson_of(
    folder: Path, cells: Iterable[tuple[str, list[NotebookNode]]], name: str = "lesson"
) -> Path:
    made = [
        new_code_cell(source, id=f"cell-{count}", execution_count=count, outputs=outputs)
        for count, (source, outputs) in enumerate(cells, start=1)
    ]
    notebook = notebooks.normalise(new_notebook(cells=made))
    path = folder / f"{name}.ipynb"
    nbformat.write(notebook, path)
    return path


def run_nbval(*paths: Path) -> tuple[int, str]:
    """Exit code of strict nbval in one process, and its lines on each test."""
    command = [word for word in notebooks.nbval_command(paths) if word not in PARALLEL]
    command += ["-p", "no:xdist", "-o", "addopts=-rA -p coursecli.pytest_plugin"]
    folder = paths[0].parent
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    return done.returncode, done.stdout


def stream(text: str) -> list[NotebookNode]:
    return [new_output("stream", text=text)]


PARALLEL = ("-n", "auto", "--dist", "loadfile")
CASES = {
    "same_output": ("print(1 + 1)", stream("2\n"), True),
    "another_output": ("print(1 + 1)", stream("3\n"), False),
    "output_where_there_was_none": ("print(1)", [], False),
    "none_where_there_was_output": ("x = 1", stream("1\n"), False),
    "exception": ("print(1 / 0)", stream("1\n"), False),
    "other_stderr": ("import sys; print('now', file=sys.stderr); print(2)", stream("2\n"), False),
}


def test_nbval_notices_every_difference(tmp_path: Path) -> None:
    path = lesson_of(tmp_path, [(code, outputs) for code, outputs, _ in CASES.values()])
    code, said = run_nbval(path)
    assert code != 0
    for cell, (name, (_, _, passes)) in enumerate(CASES.items()):
        verdict = "PASSED" if passes else "FAILED"
        assert re.search(rf"^{verdict} .*::Cell {cell}\b", said, re.MULTILINE), f"{name}\n{said}"


def test_a_cell_that_writes_to_stderr_fails_unless_it_says_why(tmp_path: Path) -> None:
    code = "import sys; print('now', file=sys.stderr); print(2)"
    path = lesson_of(tmp_path, [(code, stream("2\n"))] * 2)
    notebook = notebooks.read(path)
    notebook.cells[1].metadata["stderr"] = "a log is shown on purpose"
    nbformat.write(notebook, path)
    ends, said = run_nbval(path)
    assert ends != 0
    assert re.search(r"^FAILED .*::Cell 0\b", said, re.MULTILINE), said
    assert "The cell writes to stderr" in said
    assert re.search(r"^PASSED .*::Cell 1\b", said, re.MULTILINE), said
    (tmp_path / "03_deployment_paradigms").mkdir()
    with_spark = lesson(tmp_path / "03_deployment_paradigms", code, stream("2\n"))
    ends, said = run_nbval(with_spark)
    assert ends == 0
    assert re.search(r"writes to stderr: .*lesson.ipynb, Cell 0", said), said


def test_a_notebook_whose_cells_were_all_skipped_fails(tmp_path: Path) -> None:
    path = lesson(tmp_path, "print(1)", stream("1\n"))
    notebook = notebooks.read(path)
    notebook.cells[0].metadata["tags"] = ["nbval-skip"]
    nbformat.write(notebook, path)
    code, said = run_nbval(path)
    assert code != 0
    assert "ran no code" in said


#: Whether a library was there before the notebook imported it, and what an earlier notebook left.
LOOK = """
import builtins, os, sys
print("mlflow" in sys.modules, builtins.abs(-2), "POISON" in os.environ, os.getcwd() == "/")
"""
POISON = """
builtins.abs = lambda _: 100
os.environ["POISON"] = "1"
os.chdir("/")
del sys.modules["mlflow"]
"""


@pytest.mark.needs("linux")
def test_notebooks_share_warm_libraries_and_nothing_else(tmp_path: Path) -> None:
    clean = stream("True 2 False False\n")
    paths = [lesson(tmp_path, LOOK + POISON, clean, name) for name in ("first", "second")]
    code, said = run_nbval(*paths)
    assert code == 0, said


def test_a_single_notebook_gets_a_cold_kernel(tmp_path: Path) -> None:
    code, said = run_nbval(lesson(tmp_path, LOOK, stream("False 2 False False\n")))
    assert code == 0, said


def test_refresh_gives_the_same_bytes_twice(tmp_path: Path) -> None:
    source = "import numpy as np\nimport matplotlib.pyplot as plt\n"
    source += "plt.plot(np.random.default_rng(0).random(5))\nplt.show()\nprint('seen')"
    path = lesson(tmp_path, source, [])
    notebooks.refresh(path)
    first = path.read_bytes()
    assert b"image/png" in first
    notebooks.refresh(path)
    assert path.read_bytes() == first


def test_the_kernel_has_the_switches(tmp_path: Path) -> None:
    path = lesson(tmp_path, "import os; print(os.environ['OMP_NUM_THREADS'])", [])
    notebooks.refresh(path)
    assert notebooks.read(path).cells[0].outputs[0].text == "1\n"


def test_normalise_removes_what_varies_and_keeps_ids() -> None:
    outputs = [
        new_output("stream", text="a"), new_output("stream", text="b"),
        new_output("stream", name="stderr", text="/tmp"), new_output("execute_result", data={"text/plain": "1"}, execution_count=9),
    ]  # fmt: skip
    cell = new_code_cell("1", id="kept", execution_count=4, outputs=outputs)
    cell.metadata = nbformat.NotebookNode(
        execution={"iopub.status.busy": "now"}, tags=["parameters"]
    )
    notebook = notebooks.normalise(new_notebook(cells=[cell], metadata={"widgets": {}}))
    only = notebook.cells[0]
    assert only.id == "kept"
    assert only.metadata == {"tags": ["parameters"]}
    assert [o.get("text", o.get("execution_count")) for o in only.outputs] == ["ab", 4]
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
