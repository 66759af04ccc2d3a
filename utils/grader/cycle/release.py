"""From the source of a lab to one notebook per learner."""

import shutil
from pathlib import Path

import nbformat
from nbgrader.converters import GenerateAssignment
from traitlets.config import Config

from coursekit.variants import Parameters, Roster, load_secret, variant_for
from grader.course import Course, run_converter
from grader.exceptions import ConversionError, CourseError
from grader.parameters import find_parameters_cell, inject, read_record, write_record


def generate(
    course: Course, lab: str, *, directory: str | None = None, database: bool = True
) -> Path:
    """Generate the learners' notebook of a lab from its source, with nbgrader.

    Args:
        directory: where to, relative to the course (default: labs). Another folder serves to
            compare what is committed with what the source gives.
        database: enter the lab into the gradebook; needed before it can be graded.

    Returns:
        The folder of the generated lab; the same source gives the same bytes.

    Raises:
        CourseError: no such lab, or nbgrader could not generate it.
    """
    course.require_lab(lab)
    override = Config()
    if directory is not None:
        override.CourseDirectory.release_directory = directory
    if not database:
        override.SaveCells.enabled = False
    settings = {"force": True, "no_database": not database}
    try:
        run_converter(GenerateAssignment, course, lab, ".", override, **settings)
    except ConversionError as error:
        reason = error.transcript.text.strip() or str(error)
        raise CourseError(f"nbgrader could not generate {lab}:\n{reason}") from error
    return course.root / directory / lab if directory else course.released(lab)


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
