"""Every committed notebook is in the course's form; and each rule notices a breach."""

import copy
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from coursekit import paths
from coursekit.authoring import hygiene
from coursekit.authoring.notebooks import normalise, read, write

ROOT = paths.course_root()
LESSONS = sorted(ROOT.glob("modules/*/*.ipynb"))
SOURCES = sorted(ROOT.glob("solutions/*/*.ipynb"))
RELEASES = sorted(ROOT.glob("labs/*/*.ipynb"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_there_are_notebooks_to_look_at() -> None:
    assert LESSONS
    assert [path.name for path in SOURCES] == [path.name for path in RELEASES]


@pytest.mark.parametrize("path", LESSONS, ids=name)
def test_lesson(path: Path) -> None:
    notebook = read(path)
    found = [*hygiene.file_problems(path), *hygiene.problems(notebook)]
    assert [*found, *hygiene.lesson_problems(notebook)] == []


@pytest.mark.parametrize("path", [*SOURCES, *RELEASES], ids=name)
def test_lab(path: Path) -> None:
    notebook = read(path)
    assert [*hygiene.problems(notebook), *hygiene.lab_problems(notebook)] == []


@pytest.mark.parametrize("path", LESSONS, ids=name)
def test_lesson_is_in_normal_form(path: Path, tmp_path: Path) -> None:
    copied = tmp_path / path.name
    write(normalise(read(path)), copied)
    assert copied.read_bytes() == path.read_bytes(), "run `make notebooks`"


def test_the_budget_of_ignored_outputs_over_all_lessons() -> None:
    code = [c for path in LESSONS for c in read(path).cells if c.cell_type == "code"]
    ignored = [c for c in code if hygiene.IGNORE_TAG in c.metadata.get("tags", ())]
    print(f"{len(ignored)} of {len(code)} outputs are not compared")
    assert len(ignored) <= hygiene.MAX_IGNORED_SHARE * len(code)


# The rules themselves: a good lesson, and one breach at a time.


@pytest.fixture(scope="module")
def good() -> NotebookNode:
    return read(LESSONS[0])


def first_output(notebook: NotebookNode) -> NotebookNode:
    return next(c for c in notebook.cells if c.cell_type == "code" and c.outputs)


def no_outputs(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []


def run_out_of_order(notebook: NotebookNode) -> None:
    first_output(notebook).execution_count = 99


def error_output(notebook: NotebookNode) -> None:
    error = nbformat.v4.new_output("error", ename="E", evalue="", traceback=[])
    first_output(notebook).outputs.append(error)


def path_in_output(notebook: NotebookNode) -> None:
    text = nbformat.v4.new_output("stream", text="saved to " + "/ho" + "me/ada/x.csv")
    first_output(notebook).outputs.append(text)


def run_id_in_output(notebook: NotebookNode) -> None:
    first_output(notebook).outputs.append(nbformat.v4.new_output("stream", text="a1" * 16))


def stderr_kept(notebook: NotebookNode) -> None:
    first_output(notebook).outputs.append(nbformat.v4.new_output("stream", name="stderr", text="!"))


def script_kept(notebook: NotebookNode) -> None:
    script = nbformat.v4.new_output("display_data", data={"application/javascript": "1"})
    first_output(notebook).outputs.append(script)


def skipped_cell(notebook: NotebookNode) -> None:
    first_output(notebook).metadata["tags"] = ["nbval-skip"]


def everything_ignored(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.metadata["tags"] = [hygiene.IGNORE_TAG]


def ignored_without_reason(notebook: NotebookNode) -> None:
    first_output(notebook).metadata["tags"] = [hygiene.IGNORE_TAG]


def same_id_twice(notebook: NotebookNode) -> None:
    notebook.cells[1]["id"] = notebook.cells[0]["id"]


def other_kernel(notebook: NotebookNode) -> None:
    notebook.metadata.kernelspec.name = "julia"


def widget_state(notebook: NotebookNode) -> None:
    notebook.metadata["widgets"] = {}


def timings(notebook: NotebookNode) -> None:
    first_output(notebook).metadata["execution"] = {"iopub.status.busy": "now"}


def no_questions(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        cell.source = cell.source.replace("## Check yourself", "## Other")


def no_picture(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop("image/png", None)


BREACHES = [
    no_outputs, run_out_of_order, error_output, path_in_output, run_id_in_output, stderr_kept,
    script_kept, skipped_cell, everything_ignored, ignored_without_reason, same_id_twice,
    other_kernel, widget_state, timings, no_questions, no_picture,
]  # fmt: skip


@pytest.mark.parametrize("breach", BREACHES, ids=lambda breach: breach.__name__)
def test_each_breach_is_noticed(good: NotebookNode, breach: Callable[[NotebookNode], None]) -> None:
    assert [*hygiene.problems(good), *hygiene.lesson_problems(good)] == []
    bad = copy.deepcopy(good)
    breach(bad)
    assert [*hygiene.problems(bad), *hygiene.lesson_problems(bad)]


def test_a_lab_with_outputs_or_without_parameters_is_noticed() -> None:
    bad = copy.deepcopy(read(SOURCES[0]))
    code = [cell for cell in bad.cells if cell.cell_type == "code"]
    code[1].outputs = [nbformat.v4.new_output("stream", text="x")]
    assert list(hygiene.lab_problems(bad)) == ["it keeps outputs"]
    code[1].outputs = []
    code[0].source = code[0].source.replace("variant = ", "version = ")
    assert list(hygiene.lab_problems(bad)) == ["its parameters cell does not set variant"]


def test_a_large_file_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "large.ipynb"
    path.write_text(" " * hygiene.MAX_BYTES + "}\n")
    assert len(list(hygiene.file_problems(path))) == 1
