"""Each combination of words gives the way that it asks for, or one sentence why it cannot be had."""

import itertools
import os
from pathlib import Path

import pytest

from coursekit.environment import mlflow_store
from grader import selection
from grader.course import Course
from grader.engines import workers
from grader.engines.pool import PooledEngine
from grader.engines.stock import StockEngine
from grader.exceptions import CourseError
from grader.kernels import forked
from grader.selection import OnCluster, OnThisMachine, Stock, Unprotected, select
from tiny_lab import LAB

NO_ENGINE = "There is no engine 'best'; there is trusted and stock."
STOCK_ALONE = "The stock engine grades one after another, on this machine."
UNSAFE_HERE = "--unsafe-no-sandbox is for this machine, not for a cluster."
ADDRESS = "tcp://127.0.0.1:8786"


def expected(engine: str, jobs: int | None, cluster: str | None, unsafe: bool) -> object:
    many = jobs or os.cpu_count()
    match engine, cluster, unsafe:
        case "best", _, _:
            return NO_ENGINE
        case "stock", _, _:
            return STOCK_ALONE if cluster or jobs == 3 else Stock(2.5)
        case _, str(), True:
            return UNSAFE_HERE
        case _, str(), False:
            return OnCluster(2.5, many or 1, ADDRESS)
        case _, None, True:
            return Unprotected(2.5, many or 1)
    return OnThisMachine(2.5, many or 1)


@pytest.mark.parametrize(
    ("engine", "jobs", "cluster", "unsafe"),
    list(
        itertools.product(
            ("trusted", "stock", "best"), (None, 1, 3), (None, ADDRESS), (False, True)
        )
    ),
)
def test_each_combination(engine: str, jobs: int | None, cluster: str | None, unsafe: bool) -> None:
    wanted = expected(engine, jobs, cluster, unsafe)
    if isinstance(wanted, str):
        with pytest.raises(CourseError) as found:
            select(engine, 2.5, jobs, cluster, unsafe)
        assert str(found.value) == wanted
        return
    assert select(engine, 2.5, jobs, cluster, unsafe) == wanted


def test_the_stock_engine_without_a_sandbox_is_what_it_always_is() -> None:
    way = select("stock", unsafe=True)
    assert way.jobs == 1
    way.require()
    with way.started(LAB), way.cells() as run:
        assert run is None


@pytest.mark.parametrize(
    ("words", "engine"),
    [
        ({"engine": "stock"}, StockEngine),
        ({"engine": "trusted"}, PooledEngine),
        ({"engine": "trusted", "unsafe": True}, PooledEngine),
        ({"engine": "trusted", "cluster": ADDRESS}, PooledEngine),
    ],
)
def test_a_way_makes_its_engine(course: Course, words: dict[str, str], engine: type) -> None:
    made = select(**words, cell_seconds=7.0).engine(course)  # type: ignore[arg-type]
    assert type(made) is engine
    assert getattr(made, "cell_seconds", None) == 7.0
    assert getattr(made, "unsafe_no_sandbox", False) == bool(words.get("unsafe"))


def test_without_a_sandbox_this_machine_is_refused_with_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(selection, "why_not", lambda: "there is no bwrap")
    way = select("trusted")
    with pytest.raises(CourseError, match="there is no bwrap"):
        way.require()
    for other in (select("trusted", unsafe=True), select("trusted", cluster=ADDRESS)):
        other.require()
    with way.started(LAB):  # starts nothing
        assert isinstance(way, OnThisMachine)
        assert way.fork_server is None


class Recorded:
    """Stands for a fork server."""

    def __init__(self, lab: tuple[str, ...]) -> None:
        self.did: list[object] = [lab]

    def launch(self) -> None:
        self.did.append("launch")

    def stop(self) -> None:
        self.did.append("stop")


def test_a_fork_server_is_launched_with_what_the_lab_imports_and_stopped(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = course.require_lab(LAB)
    source.write_text(
        source.read_text().replace("from coursekit.variants import", "import mlflow #")
    )
    emptied: list[bool] = []
    monkeypatch.setattr(selection, "why_not", lambda: None)
    monkeypatch.setattr(selection, "course_root", lambda: course.root)
    monkeypatch.setattr(forked, "ForkServer", Recorded)
    monkeypatch.setattr(mlflow_store, "empty", lambda: emptied.append(True))
    way = OnThisMachine(None, 1)
    with way.started(LAB):
        server: object = way.fork_server
        assert isinstance(server, Recorded)
        modules = (
            "mlflow", "mlflow.pyfunc", "mlflow.sklearn", "mlflow.store.tracking.sqlalchemy_store", "sys",
        )  # fmt: skip
        assert server.did == [modules, "launch"]
    assert server.did[2:] == ["stop"]
    assert emptied == [True]


def test_cells_run_where_the_way_says(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("on_this_machine", "unprotected", "on_cluster"):
        monkeypatch.setattr(workers, name, lambda *args, name=name: (name, *args))
    ways = (OnThisMachine(None, 1), Unprotected(None, 1), OnCluster(None, 1, ADDRESS))
    assert [way.cells() for way in ways] == [
        ("on_this_machine", None),
        ("unprotected",),
        ("on_cluster", ADDRESS),
    ]


def test_outside_of_a_course_there_is_no_source(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> Path:
        raise FileNotFoundError

    monkeypatch.setattr(selection, "course_root", nowhere)
    assert selection._source(LAB) == Path(f"{LAB}.ipynb")
