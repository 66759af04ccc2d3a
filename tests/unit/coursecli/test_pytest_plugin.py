"""Lessons as tests: stderr is not compared, kernels come from one parent, and what ran is counted."""

from __future__ import annotations

from collections import Counter
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from coursecli import pytest_plugin
from grader.kernels import provisioner

LESSON = "modules/00_a/01_b.ipynb"


class Item(SimpleNamespace):
    """A cell of a lesson, or a test."""


def cell(path: str = LESSON, skipped: tuple[str, ...] = ()) -> Item:
    return Item(path=Path(path), parent=SimpleNamespace(skip_compare=skipped))


def test_case(*fixtures: str) -> Item:
    return Item(path=Path("tests/test_a.py"), parent=SimpleNamespace(), fixturenames=fixtures)


test_case.__test__ = False  # type: ignore[attr-defined]


@pytest.fixture
def config() -> SimpleNamespace:
    return SimpleNamespace(stash=pytest.Stash())


def collected(config: SimpleNamespace, *items: Item) -> int:
    pytest_plugin.pytest_collection_modifyitems(config, list(items))  # type: ignore[arg-type]
    return config.stash[pytest_plugin._KERNELS]


def test_stderr_is_compared_nowhere(config: SimpleNamespace) -> None:
    items = cell(), cell(skipped=("stderr", "x")), test_case()
    collected(config, *items)
    assert items[0].parent.skip_compare == ("stderr",)
    assert items[1].parent.skip_compare == ("stderr", "x")
    assert vars(items[2].parent) == {}


def test_each_notebook_and_each_user_of_the_fixture_has_a_kernel(config: SimpleNamespace) -> None:
    lessons = cell("a.ipynb"), cell("a.ipynb"), cell("b.ipynb")
    assert collected(config, *lessons, test_case("forked_kernels", "x"), test_case()) == 3


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The fork servers that were started, entered and stopped."""
    log: list[str] = []

    class Recorded:
        def stop(self) -> None:
            log.append("stopped")

    def start_fork_server(more: tuple[str, ...]) -> Recorded:
        log.append(" ".join(("started", *more)))
        return Recorded()

    def kernels_of(server: object) -> AbstractContextManager[None]:
        log.append("entered")
        return nullcontext()

    monkeypatch.setattr(provisioner, "start_fork_server", start_fork_server)
    monkeypatch.setattr(provisioner, "kernels_of", kernels_of)
    return log


def setup_and_end(config: Any, *items: Item) -> None:
    for item in items:
        item.config = config
        setup = pytest_plugin.pytest_runtest_setup(item)  # type: ignore[arg-type]
        next(setup)
        with pytest.raises(StopIteration):
            setup.send(None)
    pytest_plugin.pytest_unconfigure(config)


def test_kernels_of_several_notebooks_are_forks_of_one_parent(
    config: SimpleNamespace, started: list[str]
) -> None:
    items = cell("a.ipynb"), cell("b.ipynb"), test_case()
    collected(config, *items)
    setup_and_end(config, *items)
    assert started == ["started", "entered", "entered", "stopped"]


@pytest.mark.parametrize(
    ("said", "more"),
    [
        ("from feast import Entity", ["feast"]),
        ("from churn.pipeline.jobs import train", ["feast", "churn.pipeline.jobs.retrain"]),
        ("print(1)", []),
    ],
)
def test_the_parent_imports_what_some_of_the_lessons_need(
    config: SimpleNamespace, started: list[str], tmp_path: Path, said: str, more: list[str]
) -> None:
    for name, text in (("a.ipynb", "print(0)"), ("b.ipynb", said)):
        (tmp_path / name).write_text(text)
    items = [cell(str(tmp_path / name)) for name in ("a.ipynb", "b.ipynb")]
    collected(config, *items)
    setup_and_end(config, *items)
    imported = started[0].split()[1:]
    assert set(more) <= set(imported)
    assert bool(more) == bool(imported)
    assert len(set(imported)) == len(imported)


@pytest.mark.parametrize(("workers", "expected"), [(1, True), (2, False)])
def test_a_parent_is_started_where_it_has_more_than_one_kernel(
    config: SimpleNamespace, started: list[str], workers: int, expected: bool
) -> None:
    config.workerinput = {"workercount": workers}
    items = cell("a.ipynb"), cell("b.ipynb")
    collected(config, *items)
    setup_and_end(config, items[0])
    assert bool(started) == expected


def test_a_session_without_notebooks_starts_nothing(
    config: SimpleNamespace, started: list[str]
) -> None:
    collected(config, test_case())
    setup_and_end(config, test_case())
    assert started == []


class Session(SimpleNamespace):
    """A session that has ended, and what was written on its terminal."""


def session_after(*reports: tuple[str, bool, float], worker: bool = False) -> Session:
    for nodeid, skipped, duration in reports:
        report = SimpleNamespace(
            nodeid=nodeid, when="call", skipped=skipped, duration=duration, user_properties=[]
        )
        pytest_plugin.pytest_runtest_logreport(report)  # type: ignore[arg-type]
    lines: list[str] = []
    reporter = SimpleNamespace(write_line=lambda line, red: lines.append(line))
    config = SimpleNamespace(
        pluginmanager=SimpleNamespace(get_plugin=lambda name: reporter),
        **({"workerinput": {}} if worker else {}),
    )
    session = Session(config=config, exitstatus=pytest.ExitCode.OK, lines=lines)
    pytest_plugin.pytest_sessionfinish(session)  # type: ignore[arg-type]
    return session


@pytest.fixture(autouse=True)
def _counted_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pytest_plugin, "_RAN", Counter())


def test_a_notebook_that_ran_nothing_turns_the_session_red() -> None:
    session = session_after(
        (f"{LESSON}::Cell 0", True, 0.1),
        (f"{LESSON}::Cell 1", False, 0.0),
        ("b.ipynb::Cell 0", False, 1),
    )
    assert session.lines == [f"ran no code: {LESSON}"]
    assert session.exitstatus == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize(
    "reports",
    [
        [(f"{LESSON}::Cell 0", True, 0.1), (f"{LESSON}::Cell 1", False, 0.1)],
        [("tests/test_a.py::test_it", True, 0.0)],
        [],
    ],
)
def test_otherwise_it_stays_as_it_is(reports: list[tuple[str, bool, float]]) -> None:
    session = session_after(*reports)
    assert (session.lines, session.exitstatus) == ([], pytest.ExitCode.OK)


def test_workers_leave_it_to_their_controller() -> None:
    session = session_after((f"{LESSON}::Cell 0", True, 0.0), worker=True)
    assert session.exitstatus == pytest.ExitCode.OK
