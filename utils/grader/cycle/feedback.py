"""Writing a feedback page for each graded learner."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from nbgrader.converters import GenerateFeedback
from traitlets.config import Config

from grader.course import Course, run_converter
from grader.exceptions import ConversionError
from grader.feedback.look import plain_page
from grader.feedback.page import heading
from grader.outcomes import load_collected, load_outcome

#: What to do about a reason, by its beginning.
_ADVICE = {
    "not a notebook": "Save the notebook in JupyterLab and hand in the .ipynb file.",
    "no notebook named": "Hand in the notebook under the name that it was handed out with.",
    "wrong lab": "Hand in the notebook of this lab.",
}


def feedback(course: Course, lab: str, students: Iterable[str]) -> Iterator[Path]:
    """Write one page per learner under grading/feedback, yielding each when it is written.

    A submission that could not be run gets a page that says why. Learners who were not graded
    yet are passed over.
    """
    for student in students:
        outcome = load_outcome(course, student, lab)
        if outcome is None:
            continue
        page = course.feedback(student, lab) / f"{lab}.html"
        reason = outcome.reason
        if outcome.status == "graded":
            try:
                run_converter(GenerateFeedback, course, lab, student, Config(), force=True)
                yield page
                continue
            except ConversionError as error:
                reason = f"{reason} (no page from nbgrader: {error})".strip()
        page.parent.mkdir(parents=True, exist_ok=True)
        whose = heading(outcome.lab, outcome.student, outcome.score, outcome.max_score)
        collected = load_collected(course.collected(student, lab))
        remarks = [remark for remark in collected if remark not in reason]
        page.write_text(plain_page(whose, _explanation(reason), remarks), "utf-8")
        yield page


def _explanation(reason: str) -> str:
    """Why there are no points, and what to do about it."""
    if reason.startswith("nothing was handed in"):
        return f"There are no points because {reason}."
    advice = next((text for start, text in _ADVICE.items() if reason.startswith(start)), "")
    return f"Your notebook could not be graded: {reason}. {advice}".strip()
