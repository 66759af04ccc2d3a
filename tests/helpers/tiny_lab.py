"""A lab of three small tasks and a question, and a course folder that holds nothing else."""

import shutil
from pathlib import Path

import nbformat
from nbformat import NotebookNode

REPOSITORY = Path(__file__).resolve().parents[2]
LAB = "lab99_tiny"

# Points by test cell; what the samples score follows from them.
POINTS = {"double-test": 2, "number-test": 3, "add-test": 1}
READ_BY_A_PERSON = 4


def _solution(name: str, source: str) -> NotebookNode:
    return _code(name, source, grade=False, solution=True)


def _test(name: str, source: str) -> NotebookNode:
    cell = _code(name, source, grade=True, solution=False)
    cell.metadata["nbgrader"]["points"] = POINTS[name]
    return cell


def _question(name: str, answer: str) -> NotebookNode:
    cell = nbformat.v4.new_markdown_cell(answer, id=name)
    cell.metadata["nbgrader"] = {
        "grade": True,
        "grade_id": name,
        "locked": False,
        "points": READ_BY_A_PERSON,
        "schema_version": 3,
        "solution": True,
        "task": False,
        "cell_type": "markdown",
    }
    return cell


def _code(name: str, source: str, *, grade: bool, solution: bool) -> NotebookNode:
    cell = nbformat.v4.new_code_cell(source, id=name)
    cell.metadata["nbgrader"] = {
        "grade": grade,
        "grade_id": name,
        "locked": grade,
        "schema_version": 3,
        "solution": solution,
        "task": False,
        "cell_type": "code",
    }
    return cell


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
        _solution(
            "double",
            "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION",
        ),
        # A warning on stderr must not cost points.
        _test(
            "double-test",
            "import sys\n"
            'print("a warning", file=sys.stderr)\n'
            'assert double(2) == 4, "Twice two is four."\n'
            "### BEGIN HIDDEN TESTS\n"
            'assert double(variant) == 2 * variant, "Twice the variant."\n'
            "### END HIDDEN TESTS",
        ),
        _solution(
            "number",
            "### BEGIN SOLUTION\n"
            'number = int(variant_rng(variant, "number").integers(1_000_000))\n'
            "### END SOLUTION",
        ),
        _test(
            "number-test",
            'assert isinstance(number, int), "The number is an integer."\n'
            "### BEGIN HIDDEN TESTS\n"
            'wanted = int(variant_rng(variant, "number").integers(1_000_000))\n'
            'assert number == wanted, "Not the number of your variant."\n'
            "### END HIDDEN TESTS",
        ),
        _solution(
            "add", "def add(a, b):\n    ### BEGIN SOLUTION\n    return a + b\n    ### END SOLUTION"
        ),
        _test("add-test", 'assert add(1, 2) == 3, "One and two is three."'),
        _question("why", "Because two and two is four."),
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
