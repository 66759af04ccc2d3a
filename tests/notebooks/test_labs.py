"""Labs are generated from their solutions, and solve themselves for every variant and source.

A run executes each lab in one of its settings, drawn for the commit; `make long` in all of them.
tests/integration/test_grade_labs.py grades a perfect notebook of each lab besides.
"""

import os
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import pytest

from churn.data import IBM_CSV
from coursekit import paths
from coursekit.authoring.cells import find_tests
from coursekit.authoring.notebooks import execute, read, write
from courses import course_of_labs
from drawing import drawn
from grader.cycle.release import generate

ROOT = paths.course_root()
LABS = sorted(path.parent.name for path in ROOT.glob("solutions/*/*.ipynb"))
#: 0 is the variant of the notebook as it is written; the others were picked at random.
SYNTHETIC = [(0, "synthetic"), (7, "synthetic"), (9999, "synthetic")]
IBM = (1842, "ibm")
#: How many more `make long` draws: a rule that is right for four learners may wrong the fifth.
MORE = 12


def settings() -> Iterator[object]:
    """Lab, variant and source of what this run executes."""
    for lab in LABS:
        if os.environ.get("COURSE_LONG"):
            yield from (pytest.param(lab, *setting) for setting in SYNTHETIC)
            yield pytest.param(lab, *IBM, marks=pytest.mark.needs("ibm"))
            for number in range(MORE):
                variant = drawn(f"{lab} for learner {number}", range(10_000))
                ibm = number % 3 == 2
                marks = [pytest.mark.needs("ibm")] if ibm else []
                yield pytest.param(lab, variant, "ibm" if ibm else "synthetic", marks=marks)
        else:
            possible = [*SYNTHETIC, *([IBM] if os.environ.get(IBM_CSV) else ())]
            yield pytest.param(lab, *drawn(f"solved {lab}", possible))


@pytest.mark.parametrize("lab", LABS)
def test_the_committed_release_is_what_the_source_gives(lab: str, tmp_path: Path) -> None:
    made = generate(course_of_labs(tmp_path, lab), lab, database=False)
    committed = ROOT / "labs" / lab
    names = files(made)
    assert f"{lab}.ipynb" in names
    assert files(committed) == names
    for name in names:
        assert (committed / name).read_bytes() == (made / name).read_bytes(), "run `make labs`"


def files(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


@pytest.mark.parametrize("lab", LABS)
def test_the_release_gives_nothing_away(lab: str) -> None:
    text = (ROOT / "labs" / lab / f"{lab}.ipynb").read_text()
    for mark in ("BEGIN SOLUTION", "END SOLUTION", "HIDDEN TESTS"):
        assert mark not in text


@pytest.mark.usefixtures("forked_kernels")
@pytest.mark.parametrize(("lab", "variant", "source"), list(settings()))
def test_the_solution_passes_its_own_tests(
    lab: str, variant: int, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Not in the course's own workspace: several of these run at the same time.
    monkeypatch.setenv("COURSE_WORKSPACE", str(tmp_path / "workspace"))
    parameters = {"student_id": "ada", "variant": variant, "source": source}
    path = ROOT / "solutions" / lab / f"{lab}.ipynb"
    done = execute(path, tmp_path / path.name, parameters)
    # papermill raises where a cell fails; these say that there was something to fail.
    code = [cell for cell in done.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    tests = find_tests(done)
    assert len(tests) == len(find_tests(read(path))) > 0
    for cell in tests:
        assert not [o for o in cell.outputs if o.get("name") == "stderr"], "stderr in a test cell"
        points = [o for o in cell.outputs if o.output_type == "execute_result"]
        if points:  # partial credit: the last value is the score
            assert float(points[-1].data["text/plain"]) == cell.metadata.nbgrader.points


@pytest.mark.usefixtures("forked_kernels")
@pytest.mark.parametrize("lab", LABS if os.environ.get("COURSE_LONG") else [drawn("twice", LABS)])
def test_all_cells_can_be_run_again_in_the_same_kernel(
    lab: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The workspace is not made anew then: what the first run left is in the way of no task."""
    monkeypatch.setenv("COURSE_WORKSPACE", str(tmp_path / "workspace"))
    notebook = read(ROOT / "solutions" / lab / f"{lab}.ipynb")
    again = deepcopy(notebook.cells)
    for cell in again:
        cell.id = f"again-{cell.id}"[:64]
    notebook.cells += again
    path = tmp_path / f"{lab}.ipynb"
    write(notebook, path)
    done = execute(path, tmp_path / "done.ipynb", {})
    tests = find_tests(done)
    assert len(tests) == len(find_tests(notebook)) > 0
    for cell in tests:
        points = [o for o in cell.outputs if o.output_type == "execute_result"]
        for shown in points[-1:]:
            assert float(shown.data["text/plain"]) == cell.metadata.nbgrader.points, cell.id
