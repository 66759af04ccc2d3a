"""The normal form of a notebook: what differs from run to run goes, everything else stays."""

from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from coursekit.authoring import notebooks


def stream(text: str, name: str = "stdout") -> NotebookNode:
    return nbformat.v4.new_output("stream", name=name, text=text)


@pytest.fixture
def notebook() -> NotebookNode:
    cell = nbformat.v4.new_code_cell("print('ä')", execution_count=4, metadata={"tags": ["kept"]})
    result = nbformat.v4.new_output("execute_result", data={"text/plain": "1"}, execution_count=9)
    cell.outputs = [stream("a"), stream("w", "stderr"), stream("b"), result, stream("c")]
    cell.metadata["execution"] = {"iopub.status.busy": "now"}
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# T"), cell])
    made.metadata["widgets"] = {}
    return made


def test_what_differs_from_run_to_run_is_removed(notebook: NotebookNode) -> None:
    ids = [cell.id for cell in notebook.cells]
    notebooks.normalise(notebook)
    assert notebook.metadata == {
        "kernelspec": notebooks.KERNELSPEC,
        "language_info": notebooks.LANGUAGE,
    }
    cell = notebook.cells[1]
    assert cell.metadata == {"tags": ["kept"]}
    assert [cell.id for cell in notebook.cells] == ids


def test_streams_are_joined_and_stderr_is_not_kept(notebook: NotebookNode) -> None:
    outputs = notebooks.normalise(notebook).cells[1].outputs
    assert [output.get("text") for output in outputs] == ["ab", None, "c"]
    assert outputs[1].execution_count == 4


def test_the_normal_form_is_its_own_normal_form(notebook: NotebookNode, tmp_path: Path) -> None:
    once, twice = tmp_path / "once.ipynb", tmp_path / "twice.ipynb"
    notebooks.write(notebooks.normalise(notebook), once)
    notebooks.write(notebooks.normalise(notebooks.read(once)), twice)
    assert once.read_bytes() == twice.read_bytes()
    assert once.read_bytes().endswith(b"}\n")
    assert "ä" in once.read_text("utf-8")


def test_what_is_no_notebook_is_not_written(notebook: NotebookNode, tmp_path: Path) -> None:
    notebook.cells[0]["cell_type"] = "song"
    with pytest.raises(nbformat.ValidationError):
        notebooks.write(notebook, tmp_path / "bad.ipynb")
    assert not (tmp_path / "bad.ipynb").exists()


def test_the_strict_comparison_names_a_sanitize_file_that_is_there() -> None:
    command = notebooks.nbval_command([Path("a.ipynb"), Path("b.ipynb")])
    assert command[-2:] == ["a.ipynb", "b.ipynb"]
    assert "--nbval" in command
    (sanitize,) = (word for word in command if word.startswith("--nbval-sanitize-with="))
    assert Path(sanitize.partition("=")[2]).is_file()
