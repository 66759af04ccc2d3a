"""From the source of a lab to one notebook per learner."""

import shutil
import tempfile
from pathlib import Path

import nbformat
from nbgrader.api import MissingEntry
from nbgrader.converters import GenerateAssignment
from nbgrader.utils import is_grade, is_locked, is_solution, is_task
from traitlets.config import Config

from coursekit.variants import Parameters, Roster, load_secret, variant_for
from grader.course import Course, run_converter
from grader.exceptions import ConversionError, CourseError
from grader.parameters import find_parameters_cell, inject, read_record, write_record

#: What nbgrader's gradebook knows a cell as: as more than one of these, often.
_KINDS = {
    "grade": is_grade,
    "solution": is_solution,
    "task": is_task,
    "source": lambda cell: is_grade(cell) or is_solution(cell) or is_locked(cell) or is_task(cell),
}


def generate(
    course: Course, lab: str, *, directory: str | None = None, database: bool = True
) -> Path:
    """Generate the learners' notebook of a lab from its source, with nbgrader.

    It is made in a folder of its own, which takes the place of the old one when it is complete:
    nbgrader deletes the old one first, and may fail then.

    Args:
        directory: where to, relative to the course (default: labs). Another folder serves to
            compare what is committed with what the source gives.
        database: enter the lab into the gradebook; needed before it can be graded.

    Returns:
        The folder of the generated lab; the same source gives the same bytes.

    Raises:
        CourseError: no such lab, one that was graded and has other cells now, or nbgrader could
            not generate it. What was generated before is as it was.
    """
    source = course.require_lab(lab)
    if database:
        _refuse_other_cells(course, lab, source)
    target = course.root / directory / lab if directory else course.released(lab)
    override = Config()
    if not database:
        override.SaveCells.enabled = False
    settings = {"force": True, "no_database": not database}
    with tempfile.TemporaryDirectory(prefix=".draft-", dir=course.root) as draft:
        override.CourseDirectory.release_directory = Path(draft).name
        try:
            run_converter(GenerateAssignment, course, lab, ".", override, **settings)
        except ConversionError as error:
            reason = error.transcript.text.strip() or str(error)
            raise CourseError(f"nbgrader could not generate {lab}:\n{reason}") from error
        _swap(Path(draft) / lab, target)
    return target


def _swap(new: Path, target: Path) -> None:
    """Put a folder in the place of another, or of nothing; both on one file system."""
    aside = new.with_name(f"{new.name}.old")
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        target.rename(aside)
    try:
        new.rename(target)
    except BaseException:
        if aside.exists():
            aside.rename(target)
        raise


def _refuse_other_cells(course: Course, lab: str, source: Path) -> None:
    """nbgrader holds points by the names of cells, and takes no other names once there are some."""
    with course.gradebook() as gradebook:
        try:
            known = gradebook.find_notebook(lab, lab)
        except MissingEntry:
            return
        if not known.submissions:
            return
        before = {
            (kind, cell.name)
            for kind in _KINDS
            for cell in getattr(known, f"{kind}_cells")  # grade_cells and so on
        }
    notebook = nbformat.read(source, as_version=4)
    after = {
        (kind, cell.metadata.nbgrader["grade_id"])
        for cell in notebook.cells
        for kind, holds in _KINDS.items()
        if holds(cell)
    }
    added = {name for _, name in after - before} - {name for _, name in before}
    gone = {name for _, name in before - after} - {name for _, name in after}
    other = {name for _, name in after ^ before} - added - gone
    parts = {"new": added, "gone": gone, "of another kind": other}
    said = [f"{', '.join(sorted(names))} {what}" for what, names in parts.items() if names]
    if said:
        raise CourseError(
            f"{lab} has been graded, and its cells are not those that the gradebook knows: "
            f"{'; '.join(said)}. Put them back. The text and the tests inside a cell may change, "
            "and a task is void when the points of its cells are 0; then run `course grade` "
            "again. To have other tasks, give the lab another name."
        )


def release(course: Course, roster: Roster, lab: str, source: str = "synthetic") -> list[Path]:
    """Make each learner's own notebook of a lab under grading/handed_out.

    The lab is generated first. Learners who are already on record keep their variant, so that a
    late-comer can be added by releasing to the longer roster.

    Returns:
        One notebook per learner, in the roster's order.

    Raises:
        CourseError: the lab has no cell tagged `parameters`, or a learner was handed out another
            variant before.
    """
    folder = generate(course, lab)
    notebook = nbformat.read(folder / f"{lab}.ipynb", as_version=4)
    if find_parameters_cell(notebook) is None:
        raise CourseError(f"{lab} has no code cell tagged 'parameters', so it has no variants.")
    secret = load_secret(course.secret)
    wanted = {
        learner.student_id: Parameters(
            learner.student_id, variant_for(learner.student_id, secret, lab), source
        )
        for learner in roster
    }
    recorded = read_record(course.record(lab))
    _refuse_contradictions(lab, recorded, wanted)
    write_record(course.record(lab), list((recorded | wanted).values()))
    with course.gradebook() as gradebook:
        for learner in roster:
            details = {"first_name": learner.first_name, "last_name": learner.last_name}
            if learner.email:
                details["email"] = learner.email
            gradebook.update_or_create_student(learner.student_id, **details)
    return [_hand_out(course, lab, folder, notebook, wanted[student]) for student in roster.ids]


def _refuse_contradictions(
    lab: str, recorded: dict[str, Parameters], wanted: dict[str, Parameters]
) -> None:
    for student, parameters in wanted.items():
        before = recorded.get(student)
        if before is not None and before != parameters:
            change = "data source" if before.variant == parameters.variant else "secret"
            raise CourseError(
                f"{student} already has another variant of {lab}, because the {change} has "
                f"changed: put the old {change} back, or remove grading/parameters/{lab}.csv to "
                "hand everything out anew."
            )


def _hand_out(
    course: Course, lab: str, folder: Path, notebook: nbformat.NotebookNode, values: Parameters
) -> Path:
    target = course.handed_out(values.student_id, lab)
    if target.exists():
        shutil.rmtree(target)
    # Data sets and pictures of the lab go along with the notebook.
    ignored = shutil.ignore_patterns(f"{lab}.ipynb", *course.directory.ignore)
    shutil.copytree(folder, target, ignore=ignored)
    path = target / f"{lab}.ipynb"
    nbformat.write(inject(notebook, values), path)
    return path
