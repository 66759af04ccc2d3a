"""A course of three learners in which one cheats or hands in something broken.

The lab is the tiny lab with one task more, `area`, whose test is a rubric with partial credit.
`ada` and `hedy` are honest and were graded before; whatever `mallory` hands in, their grades and
the files of the course must stay as they are. The cheat's scratch names carry `MARK`, so that what
it leaves behind can be found.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import nbformat
import psutil
from nbformat import NotebookNode

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "integration"))

from tiny_lab import LAB, POINTS, make_course, tiny_lab  # noqa: E402

from coursekit.grading.autograde import task_points  # noqa: E402
from coursekit.grading.course import Course  # noqa: E402
from coursekit.grading.engine import Engine, Outcome, Submission, save_outcome  # noqa: E402
from coursekit.grading.feedback import feedback  # noqa: E402
from coursekit.grading.release import release  # noqa: E402
from coursekit.grading.samples import fill_in, solutions  # noqa: E402
from coursekit.variants import SECRET_VARIABLE, Learner, Roster  # noqa: E402

if TYPE_CHECKING:
    from coursekit.grading.pool import Run

MARK = "attackmark"
HONEST = ("ada", "hedy")
CHEAT = "mallory"
WORTH = {**POINTS, "area-test": 3}
FULL = sum(WORTH.values())
#: What nobody but the instructor may see.
CANARY = f"{MARK}-the-instructors-secret"
MakeEngine = Callable[[Course], AbstractContextManager[Engine]]


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
            except OSError:  # the arena has closed
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
class Arena:
    """The course, its engine, and the state that no submission may change."""

    course: Course
    engine: Engine
    collector: Collector
    honest: dict[str, dict[str, float]]

    def notebook(self) -> NotebookNode:
        """What the cheat was handed out."""
        path = self.course.handed_out(CHEAT, LAB) / f"{LAB}.ipynb"
        return nbformat.read(path, as_version=4)

    def solved(self) -> NotebookNode:
        return fill_in(self.notebook(), solutions(lab()))

    def hand_in(self, files: dict[str, str | bytes], student: str = CHEAT) -> Submission:
        folder = self.course.submitted(student, LAB)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return Submission(student, LAB, folder)

    def grade(self, submission: Submission) -> Outcome:
        outcome = self.engine.grade(submission)
        save_outcome(self.course, outcome)
        return outcome

    def points(self, student: str) -> dict[str, float]:
        """What the gradebook says now."""
        with self.course.gradebook() as gradebook:
            found = task_points(gradebook, student, LAB)
        return {task: found[task] for task in WORTH}

    def try_out(self, files: dict[str, str | bytes]) -> Trial:
        """Grade the cheat's files, then look for everything that is not as it was before."""
        before, folders = self._files(), set(_rooms())
        self.collector.received.clear()
        outcome = self.grade(self.hand_in(files))
        damage = [*self._leaks(), *self._processes(), *self._marks()]
        damage += ["a temporary folder is still there" for _ in set(_rooms()) - folders]
        for student in HONEST:
            if self.points(student) != self.honest[student]:
                damage.append(f"the grades of {student} changed")
        after = self._files()
        changed = sorted(name for name in before | after if before.get(name) != after.get(name))
        damage += [f"{name} changed" for name in changed]
        return Trial(outcome, self.points(CHEAT), tuple(damage))

    def _files(self) -> dict[str, str]:
        """Hashes of all files that grading the cheat has no business with."""
        found = {}
        for path in sorted(self.course.root.rglob("*")):
            name = path.relative_to(self.course.root).as_posix()
            own = CHEAT in name or name.startswith("grading/gradebook.db") or "/." in f"/{name}"
            if path.is_file() and not own:
                found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        return found

    def _leaks(self) -> list[str]:
        """Where the instructor's secret or a hidden test got to."""
        found = [f"the network carried {text!r}" for text in self.collector.received]
        graded = self.course.autograded(CHEAT, LAB) / f"{LAB}.ipynb"
        if not graded.is_file():
            return found
        for cell in nbformat.read(graded, as_version=4).cells:
            test = cell.metadata.get("nbgrader", {}).get("grade_id") in WORTH
            text = "" if test else str(cell.get("outputs", ""))
            found += [f"{secret} printed" for secret in (CANARY, "HIDDEN TESTS") if secret in text]
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


def _rooms() -> list[Path]:
    """Temporary folders of the grading process; kernels live in some."""
    return list(Path(tempfile.gettempdir()).iterdir())


def roster() -> Roster:
    names = (*HONEST, CHEAT)
    return Roster(tuple(Learner(name, name.title(), "Doe") for name in names))


@contextmanager
def arena(folder: Path, make_engine: MakeEngine) -> Iterator[Arena]:
    """A course with two honest learners, one solved and one half solved, already graded."""
    names = (SECRET_VARIABLE, "COURSE_ROOT", "TMPDIR")
    before = {name: os.environ.get(name) for name in names}
    os.environ.pop("COURSE_ROOT", None)
    os.environ[SECRET_VARIABLE] = CANARY
    # Temporary folders in one place, to see what stays behind.
    rooms = folder.with_name(f"{folder.name}-t")
    rooms.mkdir()
    os.environ["TMPDIR"] = tempfile.tempdir = str(rooms)
    course = Course(make_course(folder))
    nbformat.write(lab(), course.solution(LAB) / f"{LAB}.ipynb")
    release(course, roster(), LAB)
    course.secret.write_text(CANARY)
    collector = Collector()
    try:
        with collector.listening(), make_engine(course) as engine:
            place = Arena(course, engine, collector, {})
            for student, answers in zip(HONEST, (solutions(lab()), {}), strict=True):
                path = course.handed_out(student, LAB) / f"{LAB}.ipynb"
                notebook = fill_in(nbformat.read(path, as_version=4), answers)
                file = {f"{LAB}.ipynb": nbformat.writes(notebook)}
                place.grade(place.hand_in(file, student))
                place.honest[student] = place.points(student)
            list(feedback(course, LAB, HONEST))
            yield place
    finally:
        tempfile.tempdir = None
        # shutil.rmtree gives up on folders nested thousands deep.
        subprocess.run(["rm", "-rf", str(rooms)], check=False)
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


@contextmanager
def stock(course: Course) -> Iterator[Engine]:
    """nbgrader as it comes."""
    from coursekit.grading.stock import StockEngine

    yield StockEngine(course, cell_seconds=4, notebook_seconds=20)


@contextmanager
def trusted(course: Course) -> Iterator[Engine]:
    """A sandboxed kernel for each notebook, tests in their own process."""
    from coursekit.grading.trusted import TrustedEngine

    yield TrustedEngine(course, cell_seconds=4, notebook_seconds=20)


@contextmanager
def warm(course: Course) -> Iterator[Engine]:
    """The same with kernels forked from a zygote, as `course grade` runs many at once."""
    from coursekit.grading.pool import PooledEngine, grade_many, warm_here

    class Warm:
        def __init__(self, run: Run) -> None:
            self.run = run

        def grade(self, submission: Submission) -> Outcome:
            engine = PooledEngine(course, cell_seconds=4, notebook_seconds=20)
            (outcome,) = grade_many(engine, course, [submission], self.run, 1, again=True)
            return outcome

    with warm_here() as run:
        yield Warm(run)


ENGINES: dict[str, MakeEngine] = {"stock": stock, "trusted": trusted, "warm": warm}
