"""A course in which some are honest, and each of the others cheats or hands in something broken.

The lab is the tiny lab with one task more, `area`, whose test is a rubric with partial credit.
`ada` and `hedy` are honest and were graded before; whatever the others hand in, their grades and
the files of the course must stay as they are. Where an engine grades many at once, honest
submissions lie between the others, and a neighbour's kernel lives beside all of them. Scratch names
of the cheats carry `MARK`, so that what they leave behind can be found.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import nbformat
import psutil
from graders import NEIGHBOUR, NEIGHBOURS_SECRET, WAITING, Grader, MakeGrader
from nbformat import NotebookNode

from coursekit.variants import SECRET_VARIABLE
from grader.course import Course
from grader.cycle.feedback import feedback
from grader.cycle.release import release
from grader.cycle.samples import class_of, fill_in, solutions
from grader.outcomes import (
    Outcome,
    Submission,
    task_points,
)
from tiny_lab import LAB, POINTS, make_course, tiny_lab

HERE = Path(__file__).parent
MARK = "attackmark"
HONEST = ("ada", "hedy")
#: They hand in what ada does, and are graded between the others.
COMPANY = tuple(f"honest-{number}" for number in range(1, 9))
WORTH: dict[str, float] = {**POINTS, "area-test": 3}
FULL = sum(WORTH.values())
#: What nobody but the instructor may see.
CANARY = f"{MARK}-the-instructors-secret"
SECRETS = (CANARY, NEIGHBOURS_SECRET, "HIDDEN TESTS")
Files = Mapping[str, str | bytes]


def lab() -> NotebookNode:
    """The source notebook; each test imports what it uses, as a lab's tests must."""
    notebook = tiny_lab()
    cells = {cell.id: cell for cell in notebook.cells}
    test = cells["number-test"]
    if "import variant_rng" not in test.source:
        test.source = f"from coursekit.variants import variant_rng\n\n{test.source}"
    area = nbformat.from_dict(cells["add"])
    area.update(
        id="area",
        source="def area(width, height):\n    ### BEGIN SOLUTION\n    return width * height\n"
        "    ### END SOLUTION",
    )
    area.metadata = nbformat.from_dict(area.metadata)
    area.metadata.nbgrader = nbformat.from_dict(area.metadata.nbgrader | {"grade_id": "area"})
    proof = nbformat.from_dict(cells["add-test"])
    proof.update(
        id="area-test",
        source="from coursekit.checks import Rubric, close\n\n"
        "rubric = Rubric(points=3)\n"
        'with rubric.check("two by three"):\n'
        '    close(area(2, 3), 6.0, "the area")\n'
        "### BEGIN HIDDEN TESTS\n"
        'with rubric.check("half by the variant", weight=2):\n'
        '    close(area(0.5, variant + 1), (variant + 1) / 2, "the area")\n'
        "### END HIDDEN TESTS\n"
        "rubric.total()",
    )
    proof.metadata = nbformat.from_dict(proof.metadata)
    proof.metadata.nbgrader = nbformat.from_dict(
        proof.metadata.nbgrader | {"grade_id": "area-test", "points": WORTH["area-test"]}
    )
    question = notebook.cells.pop()
    notebook.cells += [area, proof, question]
    return notebook


@dataclass
class Collector:
    """Listens on the loopback device and keeps what is sent to it."""

    port: int = 0
    received: list[bytes] = field(default_factory=list)

    @contextmanager
    def listening(self) -> Iterator[None]:
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.port = server.getsockname()[1]
            threading.Thread(target=self._serve, args=(server,), daemon=True).start()
            yield

    def _serve(self, server: socket.socket) -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:  # the course has closed
                return
            with connection:
                self.received.append(connection.recv(1000))


@dataclass(frozen=True)
class Trial:
    """What came of one submission: its outcome, and each thing that should not have happened."""

    outcome: Outcome
    points: dict[str, float]
    damage: tuple[str, ...]


@dataclass(frozen=True)
class Trials:
    """What came of many, and what should not have happened and may be the work of any of them."""

    each: dict[str, Trial]
    damage: tuple[str, ...]


@dataclass(frozen=True)
class TrialCourse:
    """The course, its grader, and the state that no submission may change."""

    course: Course
    grader: Grader
    collector: Collector
    expected: dict[str, dict[str, float]]

    def notebook(self, student: str) -> NotebookNode:
        """What a learner was handed out."""
        path = self.course.handed_out(student, LAB) / f"{LAB}.ipynb"
        return nbformat.read(path, as_version=4)

    def solved(self, student: str) -> NotebookNode:
        return fill_in(self.notebook(student), solutions(lab()))

    def hand_in(self, student: str, files: Files) -> Submission:
        submission = Submission(student, LAB, self.course.submitted(student, LAB))
        shutil.rmtree(submission.folder, ignore_errors=True)
        submission.folder.mkdir(parents=True)
        for name, content in files.items():
            path = submission.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return submission

    def hand_in_answers(self, student: str, answers: dict[str, str]) -> Submission:
        notebook = fill_in(self.notebook(student), answers)
        return self.hand_in(student, {f"{LAB}.ipynb": nbformat.writes(notebook)})

    def grade(self, submission: Submission) -> Outcome:
        (outcome,) = self.grader.grade([submission])
        return outcome

    def points(self, student: str) -> dict[str, float]:
        """What the gradebook says now."""
        with self.course.gradebook() as gradebook:
            found = task_points(gradebook, student, LAB)
        return {task: found[task] for task in WORTH}

    def try_all(self, files: Mapping[str, Files]) -> Trials:
        """Grade the files of each learner: all at once, or one at a time as the engine does."""
        if self.grader.together:
            return self._try_together(files)
        trials = {}
        for name in files:
            alone = self._try_together({name: files[name]})
            trial = alone.each[name]
            trials[name] = Trial(trial.outcome, trial.points, (*trial.damage, *alone.damage))
        return Trials(trials, ())

    def _try_together(self, files: Mapping[str, Files]) -> Trials:
        """Grade a batch, then look for everything that is not as it was before."""
        before, folders = self._files(files), set(_temporary_folders())
        self.collector.received.clear()
        batch = [self.hand_in(name, files[name]) for name in files]
        outcomes = {o.student: o for o in self.grader.grade(self._among_honest(batch))}
        damage = [f"the network carried {text!r}" for text in self.collector.received]
        damage += [*self._processes(), *self._marks()]
        damage += ["a temporary folder is still there" for _ in set(_temporary_folders()) - folders]
        for student, points in self.expected.items():
            if self.points(student) != points:
                damage.append(f"the grades of {student} changed")
        after = self._files(files)
        changed = sorted(name for name in before | after if before.get(name) != after.get(name))
        damage += [f"{name} changed" for name in changed]
        trials = {
            name: Trial(outcomes[name], self.points(name), tuple(self._leaks(name)))
            for name in files
        }
        return Trials(trials, tuple(damage))

    def _among_honest(self, batch: list[Submission]) -> list[Submission]:
        """The neighbour first, who stays until all others are through; the company between them."""
        if not self.grader.together:
            return batch
        mixed = [self.hand_in_answers(NEIGHBOUR, solutions(lab()) | {"add": WAITING})]
        every = -(-len(batch) // len(COMPANY))
        for number, name in enumerate(COMPANY):
            mixed += batch[number * every : (number + 1) * every]
            mixed.append(self.hand_in_answers(name, solutions(lab())))
        return mixed

    def _files(self, cheats: Mapping[str, Files]) -> dict[str, str]:
        """Hashes of all files that grading the cheats has no business with."""
        busy = {*cheats, *COMPANY, NEIGHBOUR}
        found = {}
        for path in sorted(self.course.root.rglob("*")):
            place = path.relative_to(self.course.root)
            own = bool(busy & {*place.parts, place.stem}) or place.parts[0].startswith(".")
            if path.is_file() and not own and not place.name.startswith("gradebook.db"):
                found[place.as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
        return found

    def _leaks(self, student: str) -> list[str]:
        """Which secrets are in the outputs of the learner's cells."""
        found: list[str] = []
        graded = self.course.autograded(student, LAB) / f"{LAB}.ipynb"
        if not graded.is_file():
            return found
        for cell in nbformat.read(graded, as_version=4).cells:
            test = cell.metadata.get("nbgrader", {}).get("grade_id") in WORTH
            text = "" if test else str(cell.get("outputs", ""))
            found += [f"{secret} printed" for secret in SECRETS if secret in text]
        return found

    def _processes(self) -> list[str]:
        """What still runs and was started by the submission; it is ended here."""
        left = []
        for process in psutil.process_iter(["cmdline"]):
            if any(f"{MARK}-child" in word for word in process.info["cmdline"] or ()):
                left.append("a process is still there")
                process.kill()
        return left

    def _marks(self) -> list[str]:
        """Files that the submission left outside of its own folders; they are removed here."""
        left = []
        for folder in (Path("/tmp"), Path("/dev/shm"), Path("/var/tmp"), Path.home()):
            for path in folder.glob(f"{MARK}-file*"):
                left.append(f"{path.name} was written")
                path.unlink()
        return left


def _temporary_folders() -> list[Path]:
    """Temporary folders of the grading process; kernels live in some."""
    return list(Path(tempfile.gettempdir()).iterdir())


@contextmanager
def trial_course(
    folder: Path, make_grader: MakeGrader, students: Sequence[str]
) -> Iterator[TrialCourse]:
    """A course with two honest learners, one solved and one half solved, already graded.

    Args:
        folder: empty; the course is made in it.
        students: those whose submissions will be tried.
    """
    names = (SECRET_VARIABLE, "COURSE_ROOT", "TMPDIR")
    before = {name: os.environ.get(name) for name in names}
    os.environ.pop("COURSE_ROOT", None)
    os.environ[SECRET_VARIABLE] = CANARY
    # Temporary folders in one place, to see what stays behind.
    temporary = folder.with_name(f"{folder.name}-t")
    temporary.mkdir()
    os.environ["TMPDIR"] = tempfile.tempdir = str(temporary)
    course = Course(make_course(folder))
    nbformat.write(lab(), course.solution(LAB) / f"{LAB}.ipynb")
    everybody = (*HONEST, *COMPANY, NEIGHBOUR, *students)
    release(course, class_of(everybody), LAB)
    course.secret.write_text(CANARY)
    collector = Collector()
    try:
        with collector.listening(), make_grader(course) as grader:
            place = TrialCourse(course, grader, collector, {})
            for student, answers in zip(HONEST, (solutions(lab()), {}), strict=True):
                place.grade(place.hand_in_answers(student, answers))
                place.expected[student] = place.points(student)
            if grader.together:
                place.expected.update(dict.fromkeys((*COMPANY, NEIGHBOUR), WORTH))
            list(feedback(course, LAB, HONEST))
            yield place
    finally:
        tempfile.tempdir = None
        # shutil.rmtree gives up on folders nested thousands deep.
        subprocess.run(["rm", "-rf", str(temporary)], check=False)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def load(path: Path) -> ModuleType:
    """One file of attacks/ or faults/ as a module."""
    spec = importlib.util.spec_from_file_location(f"{path.parent.name}_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
