"""Whatever Jupyter opens is read and recognised, and what became of it is said; bytes in, notebook out."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from coursekit.authoring.cells import find_tests, is_answer, task_name
from coursekit.authoring.notebooks import read
from grader.course import Course
from grader.cycle.samples import perfect
from grader.outcomes import REMARKS, RESTORED
from grader.parameters import INJECTED, PARAMETERS, tags
from grader.submission import Original, cells_of, decoding, read_notebook, reads, recognise
from harmed_notebooks import HARMS, NO_NOTEBOOKS, code, text_of
from tiny_lab import LAB, POINTS, tiny_lab


@pytest.fixture(scope="module")
def solved(_released_once: Course) -> str:
    handed_out = read(_released_once.handed_out("ada", LAB) / f"{LAB}.ipynb")
    return perfect(handed_out, tiny_lab())


@pytest.fixture(scope="module")
def lab(_released_once: Course) -> list[Original]:
    return cells_of(read(_released_once.released(LAB) / f"{LAB}.ipynb"))


def harmed(solved: str, name: str) -> bytes:
    notebook = json.loads(solved)
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    made = HARMS[name].make(notebook)
    return made if isinstance(made, bytes) else made.encode()


def answers(notebook: NotebookNode) -> dict[str, str]:
    """The answers in words, and the names that the lab's other cells bind when they are run."""
    names: dict[str, object] = {"variant_rng": None, "variant": 7}
    code = [c.source for c in notebook.cells if c.cell_type == "code" and not find_tests_of(c)]
    for source in code:
        try:
            exec(compile(source, "cell", "exec"), names)
        except Exception:
            continue
    add, double = names.get("add"), names.get("double")
    assert callable(add)
    assert callable(double)
    assert (add(1, 2), double(3)) == (3, 6)
    return {task_name(cell): cell.source for cell in notebook.cells if is_answer(cell)}


def find_tests_of(cell: NotebookNode) -> bool:
    return bool(find_tests(NotebookNode(cells=[cell])))


@pytest.mark.parametrize("name", HARMS)
def test_all_that_was_typed_is_there_and_what_was_mended_is_said(
    solved: str, lab: list[Original], name: str
) -> None:
    notebook = reads(harmed(solved, name))
    nbformat.validate(nbformat.from_dict(notebook))
    done = recognise(notebook, lab).notebook
    nbformat.validate(nbformat.from_dict(done))
    assert "; ".join(done.metadata[REMARKS]) == HARMS[name].remark
    assert done.metadata[RESTORED] == (["add-test"] if name == "merged" else [])
    assert [task_name(cell) for cell in find_tests(done)] == list(POINTS)
    assert set(answers(done)) == {"double", "number", "add", "why"}
    assert "two and two is four" in answers(done)["why"]
    roles = [tag for cell in done.cells for tag in tags(cell)]
    assert roles == [PARAMETERS, INJECTED]
    assert nbformat.writes(recognise(reads(harmed(solved, name)), lab).notebook) == nbformat.writes(
        done
    )


@pytest.mark.parametrize("name", NO_NOTEBOOKS)
def test_what_is_no_notebook_is_one_clause(tmp_path: Path, name: str) -> None:
    content, clause = NO_NOTEBOOKS[name]
    path = tmp_path / "lab.ipynb"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ValueError, match=r"^[^\n]+$") as caught:
        read_notebook(path)
    assert str(caught.value) == clause


def test_what_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import gzip

    from grader.submission import reading

    path = tmp_path / "lab.ipynb"
    with path.open("wb") as file:
        file.truncate(reading.LARGEST + 1)
    with pytest.raises(ValueError, match="the file is larger than 100 MB"):
        read_notebook(path)
    monkeypatch.setattr(decoding, "LARGEST", 1000)
    with pytest.raises(ValueError, match="a gzip archive that holds too much"):
        reads(gzip.compress(b" " * 100_000))


def test_a_notebook_nested_too_deep_for_python_is_one_clause() -> None:
    cells = [code("") | {"source": "DEEP"}]
    text = json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5})
    text = text.replace('"DEEP"', "[" * 3000 + "]" * 3000)
    with pytest.raises(ValueError, match="the file is nested too deep"):
        reads(text.encode())


def test_pictures_in_a_text_stay_and_other_metadata_go() -> None:
    picture = {"a.png": {"image/png": "aGk="}, "b.png": 3}
    cells = [
        {"cell_type": "markdown", "id": "a", "source": "![](attachment:a.png)",
         "metadata": {"tags": ["x", "x", 3, "a,b"], "nbgrader": {"grade_id": "why", "points": 9},
                      "slideshow": 1}, "attachments": picture},
        code("1", metadata={"nbgrader": ["why"], "tags": "x"}),
    ]  # fmt: skip
    notebook = reads(
        text_of({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}).encode()
    )
    assert notebook.cells[0].attachments == {"a.png": {"image/png": "aGk="}}
    assert notebook.cells[0].metadata == {"nbgrader": {"grade_id": "why"}, "tags": ["x"]}
    assert notebook.cells[1].metadata == {}
