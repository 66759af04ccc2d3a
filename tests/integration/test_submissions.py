"""What other editors and people hand in is collected, graded in one class, and validated alike."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping

import nbformat
import pytest

from grader.course import Course
from grader.cycle.collect import collect
from grader.cycle.feedback import feedback
from grader.cycle.release import release
from grader.cycle.samples import class_of, fill_in, solutions
from grader.cycle.validate import judge_each
from grader.engines.engine import submissions
from grader.engines.pool import PooledEngine, grade_many
from grader.engines.workers import on_this_machine
from grader.outcomes import Outcome
from harmed_notebooks import ALL_LOST, HARMS, NO_NOTEBOOKS, Notebook, code, text_of
from tiny_lab import LAB, POINTS, make_course, tiny_lab

pytestmark = pytest.mark.needs("sandbox")

#: Learners and how their notebooks are harmed.
HARMED = {
    "ada": "byte-order mark",
    "bob": "Colab",
    "cleo": "metadata and ids lost",
    "dan": "answered below",
    "eve": "typed into a test",
    "fay": "test split",
    "gus": "format 3",
    "hal": "merged",
    "ida": "no outputs",
}
#: Others: what they hand in is no notebook, an archive, something that draws, a wrong time.
PAGE, ARCHIVE, DRAWS, TIME = "jan", "kim", "lea", "max"
FIGURE = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"
WAITS = "4 points wait for a reader: why"


def handed_in(solved: str) -> dict[str, Mapping[str, str | bytes]]:
    """The files of each learner."""

    def notebook() -> Notebook:
        made: Notebook = json.loads(solved)
        for cell in made["cells"]:
            cell["source"] = "".join(cell["source"])
        return made

    draws = notebook()
    draws["cells"].append(code(FIGURE))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packing:
        packing.writestr(f"{LAB}/{LAB}.ipynb", solved)
    made: dict[str, Mapping[str, str | bytes]] = {
        name: {f"{LAB}.ipynb": HARMS[harm].make(notebook())} for name, harm in HARMED.items()
    }
    return made | {
        PAGE: {f"{LAB}.ipynb": NO_NOTEBOOKS["page"][0]},
        ARCHIVE: {"lab.zip": archive.getvalue(), ".DS_Store": b"\0"},
        DRAWS: {"my notebook.ipynb": text_of(draws)},
        TIME: {f"{LAB}.ipynb": solved, "timestamp.txt": "on Friday evening, sorry!"},
    }


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = Course(make_course(tmp_path_factory.mktemp("course")))
    everybody = [*HARMED, PAGE, ARCHIVE, DRAWS, TIME]
    release(course, class_of(everybody), LAB)
    inbox = course.root / "inbox"
    for student in everybody:
        blank = nbformat.read(course.handed_out(student, LAB) / f"{LAB}.ipynb", as_version=4)
        solved = nbformat.writes(fill_in(blank, solutions(tiny_lab())))
        for name, content in handed_in(solved)[student].items():
            path = inbox / student / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
    collect(course, inbox, LAB)
    return course


@pytest.fixture(scope="module")
def outcomes(course: Course) -> dict[str, Outcome]:
    batch = submissions(course, LAB, [*HARMED, PAGE, ARCHIVE, DRAWS, TIME])
    with on_this_machine() as run:
        graded = grade_many(PooledEngine(course), course, batch, run, 2)
        return {outcome.student: outcome for outcome in graded}


def reason(student: str) -> str:
    put_back = ["put back: add-test"] if HARMED.get(student) == "merged" else []
    remark = HARMS[HARMED[student]].remark if student in HARMED else ""
    return "; ".join([*([remark] if remark else []), *put_back])


def test_the_answers_are_worth_what_they_are_worth(outcomes: dict[str, Outcome]) -> None:
    failed = outcomes[PAGE]
    assert (failed.status, failed.score) == ("failed", 0)
    assert failed.reason == "not a notebook: it is a web page (HTML)"
    for student in outcomes.keys() - {PAGE}:
        outcome = outcomes[student]
        assert (outcome.status, outcome.score, outcome.reason) == (
            "graded",
            sum(POINTS.values()),
            reason(student),
        )
        assert outcome.unread == WAITS, student


@pytest.mark.usefixtures("outcomes")
def test_a_figure_is_in_the_graded_copy_and_on_the_page(course: Course) -> None:
    graded = nbformat.read(course.autograded(DRAWS, LAB) / f"{LAB}.ipynb", as_version=4)
    (drawn,) = graded.cells[-1].outputs
    assert "image/png" in drawn.data
    (page,) = feedback(course, LAB, [DRAWS])
    assert "data:image/png;base64," in page.read_text(encoding="utf-8")


@pytest.mark.usefixtures("outcomes")
def test_the_page_tells_what_was_mended(course: Course) -> None:
    (page,) = feedback(course, LAB, ["cleo"])
    assert ALL_LOST in page.read_text(encoding="utf-8")


def test_validate_says_the_same(course: Course) -> None:
    paths = [course.submitted(student, LAB) / f"{LAB}.ipynb" for student in HARMED]
    for path, verdict in judge_each(course, paths):
        student = path.parent.parent.name
        assert "; ".join(verdict.remarks) == reason(student), student
        missing = HARMED[student] == "merged"
        assert len(verdict.problems) == missing, verdict.problems
        assert verdict.passed == verdict.tests - missing
