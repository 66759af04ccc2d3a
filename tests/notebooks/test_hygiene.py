"""Every committed notebook is in the course's form; and each rule notices a breach."""

import copy
import re
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
    found += hygiene.dead_links(notebook, path.parent)
    assert [*found, *hygiene.lesson_problems(notebook)] == []


@pytest.mark.parametrize("path", [*SOURCES, *RELEASES], ids=name)
def test_lab(path: Path) -> None:
    notebook = read(path)
    found = [*hygiene.problems(notebook), *hygiene.lab_problems(notebook)]
    assert [*found, *hygiene.dead_links(notebook, path.parent)] == []


def test_a_link_that_leads_nowhere_is_named(tmp_path: Path) -> None:
    (tmp_path / "there.ipynb").touch()
    text = "[a](there.ipynb#part) [b](gone.ipynb) ![c](../gone.svg) [d](https://example.org/x)"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text, id="x")])
    said = list(hygiene.dead_links(notebook, tmp_path))
    assert [problem.split()[5] for problem in said] == ["gone.ipynb,", "../gone.svg,"]


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
    """A lesson long enough that one ignored output is within the budget."""
    notebook = read(LESSONS[0])
    number = sum(cell.cell_type == "code" for cell in notebook.cells)
    while number * hygiene.MAX_IGNORED_SHARE < 1:
        number += 1
        more = nbformat.v4.new_code_cell(id=f"more-{number}", execution_count=number)
        notebook.cells.append(more)
    return notebook


def first_output(notebook: NotebookNode) -> NotebookNode:
    return next(c for c in notebook.cells if c.cell_type == "code" and c.outputs)


def printed(notebook: NotebookNode, text: str, name: str = "stdout") -> None:
    first_output(notebook).outputs.append(nbformat.v4.new_output("stream", name=name, text=text))


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
    printed(notebook, "saved to " + "/ho" + "me/ada/x.csv")


def path_in_source(notebook: NotebookNode) -> None:
    notebook.cells[0].source += "\nsaved to " + "/ho" + "me/ada/x.csv"


def run_id_in_output(notebook: NotebookNode) -> None:
    printed(notebook, "a1" * 16)


def address_in_output(notebook: NotebookNode) -> None:
    printed(notebook, "<function f at 0x7f00deadbeef>")


def time_in_output(notebook: NotebookNode) -> None:
    printed(notebook, "2024-07-01 12:00:00.123")


def stderr_kept(notebook: NotebookNode) -> None:
    printed(notebook, "!", name="stderr")


def script_kept(notebook: NotebookNode) -> None:
    script = nbformat.v4.new_output("display_data", data={"application/javascript": "1"})
    first_output(notebook).outputs.append(script)


def skipped_cell(notebook: NotebookNode) -> None:
    first_output(notebook).metadata["tags"] = ["nbval-skip"]


def error_allowed(notebook: NotebookNode) -> None:
    first_output(notebook).metadata["tags"] = ["nbval-raises-exception"]


def everything_ignored(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.metadata["tags"] = [*cell.metadata.get("tags", ()), hygiene.IGNORE_TAG]
            cell.metadata[hygiene.REASON_KEY] = "it differs"


def ignored_without_reason(notebook: NotebookNode) -> None:
    first_output(notebook).metadata["tags"] = [hygiene.IGNORE_TAG]


def same_id_twice(notebook: NotebookNode) -> None:
    notebook.cells[1]["id"] = notebook.cells[0]["id"]


def no_id(notebook: NotebookNode) -> None:
    del notebook.cells[0]["id"]


def other_kernel(notebook: NotebookNode) -> None:
    notebook.metadata.kernelspec.name = "julia"


def widget_state(notebook: NotebookNode) -> None:
    notebook.metadata["widgets"] = {}


def timings(notebook: NotebookNode) -> None:
    first_output(notebook).metadata["execution"] = {"iopub.status.busy": "now"}


def no_outcomes(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        cell.source = cell.source.replace("**You will**", "**One could**")


def no_folded_answers(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.source.startswith("## Check yourself"):
            cell.source = cell.source.replace("<details>", "<div>")


def question_outside(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.source.startswith("## Check yourself"):
            cell.source = re.sub(
                r"<summary>2\. .*?</summary>", "<summary>Answer</summary>", cell.source
            )


def no_picture(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop("image/png", None)


#: Each breach, and how the one problem begins that it is, after the cell that has it.
BREACHES: dict[Callable[[NotebookNode], None], str] = {
    run_out_of_order: "it was not executed once from top to bottom",
    error_output: "ends in an error",
    path_in_output: "prints a path of one machine",
    path_in_source: "names a path of one machine",
    run_id_in_output: "prints an id of one run",
    address_in_output: "prints a memory address",
    time_in_output: "prints a time of one run",
    stderr_kept: "keeps stderr",
    script_kept: "keeps a widget or a script",
    skipped_cell: "is tagged nbval-skip",
    error_allowed: "is tagged nbval-raises-exception",
    everything_ignored: "outputs are ignored; 5% may be",
    ignored_without_reason: f"ignores its output without {hygiene.REASON_KEY!r}",
    same_id_twice: "cells without an id, or two with the same",
    no_id: "cells without an id, or two with the same",
    other_kernel: "its kernelspec is not 'python3'",
    widget_state: "it keeps widget state",
    timings: "keeps execution times",
    no_outcomes: r"its skeleton lacks '^\\*\\*You will\\*\\*'",
    no_folded_answers: "it has 0 folded answers",
    question_outside: "its questions do not stand as <details><summary>1. ",
    no_picture: "it has no picture",
}
#: Of one cell, which the sentence names first.
WHERE = r"^(cell \d+ \([\w-]+\) |cell [\w-]+ |\d+ of \d+ |)"


def lesson_problems(notebook: NotebookNode) -> list[str]:
    return [*hygiene.problems(notebook), *hygiene.lesson_problems(notebook)]


def test_the_lesson_without_a_breach_has_no_problem(good: NotebookNode) -> None:
    assert lesson_problems(good) == []
    ignored = copy.deepcopy(good)
    ignored_without_reason(ignored)
    first_output(ignored).metadata[hygiene.REASON_KEY] = "it differs"
    assert lesson_problems(ignored) == []


@pytest.mark.parametrize("breach", BREACHES, ids=lambda breach: breach.__name__)
def test_each_breach_is_its_one_problem(
    good: NotebookNode, breach: Callable[[NotebookNode], None]
) -> None:
    bad = copy.deepcopy(good)
    breach(bad)
    (problem,) = lesson_problems(bad)
    assert re.match(WHERE + re.escape(BREACHES[breach]), problem), problem


def test_a_lesson_without_outputs_is_noticed_and_so_is_each_of_its_turns(
    good: NotebookNode,
) -> None:
    bad = copy.deepcopy(good)
    no_outputs(bad)
    problem, *turns = lesson_problems(bad)
    assert problem.startswith("no cell has an output")
    assert len(turns) >= 2
    assert all("should show a check that is not passed yet" in turn for turn in turns)


def test_a_lab_with_outputs_or_without_parameters_is_noticed() -> None:
    bad = copy.deepcopy(read(SOURCES[0]))
    code = [cell for cell in bad.cells if cell.cell_type == "code"]
    code[1].outputs = [nbformat.v4.new_output("stream", text="x")]
    assert list(hygiene.lab_problems(bad)) == ["it keeps outputs"]
    code[1].outputs = []
    code[0].source = code[0].source.replace("variant = ", "version = ")
    assert list(hygiene.lab_problems(bad)) == ["its parameters cell does not set variant"]


def test_a_lab_whose_first_code_cell_has_no_parameters_is_noticed() -> None:
    bad = copy.deepcopy(read(SOURCES[0]))
    assert list(hygiene.lab_problems(bad)) == []
    first = next(cell for cell in bad.cells if cell.cell_type == "code")
    first.metadata["tags"] = []
    assert list(hygiene.lab_problems(bad)) == ["its first code cell is not tagged 'parameters'"]


def test_a_lab_that_would_lose_its_files_is_noticed() -> None:
    bad = copy.deepcopy(read(SOURCES[0]))
    setup = next(cell for cell in bad.cells if "open_workspace(" in cell.source)
    setup.source = setup.source.replace(", keep=True)", ")")
    (problem,) = hygiene.lab_problems(bad)
    assert re.match(r'open_workspace\("lab00_warm_up"\) without keep=True deletes', problem)


def test_a_large_file_and_one_without_an_end_are_noticed(tmp_path: Path) -> None:
    path = tmp_path / "large.ipynb"
    path.write_text(" " * (hygiene.MAX_BYTES - 2) + "}\n")
    assert list(hygiene.file_problems(path)) == []
    path.write_text(" " * (hygiene.MAX_BYTES - 1) + "}\n")
    (problem,) = hygiene.file_problems(path)
    assert problem == "it has 1,000,001 bytes; 1,000,000 are allowed"
    path.write_text("{}")
    (problem,) = hygiene.file_problems(path)
    assert problem.startswith("it does not end with a newline")
