"""A lab of two cells, its parameters and a test that looks at them."""

import nbformat
from nbformat import NotebookNode

from coursekit.variants import Parameters
from graded_cells import test_cell

OWN = Parameters("ada", 42, "ibm")
TEMPLATE = 'student_id = "demo"\nvariant = 0\nsource = "synthetic"'


def code_cell(source: str, *tags: str, grade_id: str | None = None) -> NotebookNode:
    """A cell with these tags, a test if it has a ``grade_id``."""
    cell = test_cell(grade_id, source, points=1) if grade_id else nbformat.v4.new_code_cell(source)
    if tags:
        cell.metadata["tags"] = list(tags)
    return cell


def notebook_of(*cells: NotebookNode) -> NotebookNode:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# A lab"), *cells])
    notebook.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    return notebook


TEST_CELL = "seen.append((student_id, variant, source))"


def source_notebook() -> NotebookNode:
    return notebook_of(code_cell(TEMPLATE, "parameters"), code_cell(TEST_CELL, grade_id="test"))


def what_tests_see(notebook: NotebookNode) -> list[tuple[str, int, str]]:
    """What the test cells see: a stand-in for the kernel, enough for assignments."""
    namespace: dict[str, list[tuple[str, int, str]]] = {"seen": []}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            exec(cell.source, namespace)
    return namespace["seen"]
