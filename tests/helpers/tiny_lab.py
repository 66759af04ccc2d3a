"""A lab of three small tasks and a question, and a course folder that holds nothing else."""

import shutil
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from graded_cells import answer_cell, question_cell, test_cell

REPOSITORY = Path(__file__).resolve().parents[2]
LAB = "lab99_tiny"

# Points by test cell; what the samples score follows from them.
POINTS = {"double-test": 2, "number-test": 3, "add-test": 1}
READ_BY_A_PERSON = 4
#: Learners of the sample roster, for tests that need not all of it.
CLASS = ("ada", "grace", "hedy")


def tiny_lab() -> NotebookNode:
    """The source notebook, with solutions and hidden tests."""
    parameters = nbformat.v4.new_code_cell(
        'student_id = "demo"\nvariant = 0\nsource = "synthetic"', id="parameters"
    )
    parameters.metadata["tags"] = ["parameters"]
    cells = [
        nbformat.v4.new_markdown_cell("# A tiny lab", id="title"),
        parameters,
        nbformat.v4.new_code_cell("from coursekit.variants import variant_rng", id="setup"),
        answer_cell(
            "double",
            "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION",
        ),
        # A warning on stderr must not cost points.
        test_cell(
            "double-test",
            "import sys\n"
            'print("a warning", file=sys.stderr)\n'
            'assert double(2) == 4, "Twice two is four."\n'
            "### BEGIN HIDDEN TESTS\n"
            'assert double(variant) == 2 * variant, "Twice the variant."\n'
            "### END HIDDEN TESTS",
            POINTS["double-test"],
        ),
        answer_cell(
            "number",
            "### BEGIN SOLUTION\n"
            'number = int(variant_rng(variant, "number").integers(1_000_000))\n'
            "### END SOLUTION",
        ),
        test_cell(
            "number-test",
            'assert isinstance(number, int), "The number is an integer."\n'
            "### BEGIN HIDDEN TESTS\n"
            'wanted = int(variant_rng(variant, "number").integers(1_000_000))\n'
            'assert number == wanted, "Not the number of your variant."\n'
            "### END HIDDEN TESTS",
            POINTS["number-test"],
        ),
        answer_cell(
            "add", "def add(a, b):\n    ### BEGIN SOLUTION\n    return a + b\n    ### END SOLUTION"
        ),
        test_cell("add-test", 'assert add(1, 2) == 3, "One and two is three."', POINTS["add-test"]),
        question_cell("why", "Because two and two is four.", READ_BY_A_PERSON),
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
    }
    notebook.metadata["language_info"] = {"name": "python"}
    return notebook


def make_course(root: Path) -> Path:
    """A course of its own: the repository's configuration and sample roster, and the tiny lab."""
    shutil.copy(REPOSITORY / "nbgrader_config.py", root)
    (root / "modules").mkdir()
    (root / "datasets").mkdir()
    shutil.copy(REPOSITORY / "datasets" / "sample_roster.csv", root / "datasets")
    folder = root / "solutions" / LAB
    folder.mkdir(parents=True)
    nbformat.write(tiny_lab(), folder / f"{LAB}.ipynb")
    (folder / "numbers.csv").write_text("n\n1\n2\n")
    return root
