"""What a test run costs: processor time and wall time by what is proved, at the end of the run.

The processor time of a test is what its process, the children that this one has reaped and the
descendants that still run have used since the test before it. The last are read from /proc: a
parent of warm kernels or a server lives for many tests and is reaped after all of them. Fixtures of
a module count for the test that first needs them, and their end for the module's last test.

``COURSE_COSTS=FILE`` has the seconds of each test written there, for ``benchmarks/costs.py``.
"""

from __future__ import annotations

import os
import resource
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

#: Names the file for the processor time of each test.
FILE = "COURSE_COSTS"
#: Name of the property under which each test reports its seconds of processor time.
PROPERTY = "cpu_seconds"
#: What is proved, by the beginning of a test's path: the first that fits.
GROUPS = (
    ("modules/", "lessons"),
    ("tests/grading/test_lab_answers.py", "labs' answers"),
    ("tests/grading/test_attacks.py", "attacks"),
    ("tests/grading/test_faults.py", "faults"),
    ("tests/notebooks/test_labs.py", "solved labs"),
    ("tests/integration/test_grade_labs.py", "solved labs"),
    ("tests/integration/", "integration tests"),
    ("tests/unit/", "unit tests"),
)
OTHER = "other tests"
#: Files of a group are listed from this share of the whole run on.
LISTED = 0.01
NOT_SEEN = (
    "Not seen: what a process uses after its parent has ended, as the Java behind Spark does."
)


@dataclass
class Cost:
    """Seconds and number of some tests."""

    tests: int = 0
    cpu: float = 0.0
    wall: float = 0.0

    def add(self, other: Cost) -> None:
        self.tests += other.tests
        self.cpu += other.cpu
        self.wall += other.wall


def group_of(file: str) -> str:
    return next((name for start, name in GROUPS if file.startswith(start)), OTHER)


def cpu_of_tree() -> float:
    """Seconds used so far by this process and all that it started, as far as that can be seen."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    own = sum(usage.ru_utime + usage.ru_stime for usage in used)
    return own + sum(map(_cpu_of, _descendants(os.getpid())))


def _descendants(pid: int) -> Iterator[int]:
    """All that live below a process; nothing where the system has no such files."""
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = listed.read_text().split()
        except OSError:  # it ended meanwhile
            continue
        for child in map(int, children):
            yield child
            yield from _descendants(child)


def _cpu_of(pid: int) -> float:
    """Seconds of a process and of the children that it has reaped."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0.0
    # The name, in brackets, may hold anything; utime, stime, cutime and cstime stand behind it.
    ticks = text.rpartition(")")[2].split()[11:15]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


class Meter:
    """Adds to each test's last report what the test has used; part of every process of a run."""

    def __init__(self) -> None:
        self._mark = 0.0

    def pytest_collection_finish(self) -> None:
        self._mark = cpu_of_tree()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if call.when == "teardown":
            now = cpu_of_tree()
            # Less than before, when a process has died whose own children live on.
            report.user_properties.append((PROPERTY, max(0.0, now - self._mark)))
            self._mark = now
        return report


def costs(reports: Iterable[pytest.TestReport]) -> dict[str, Cost]:
    """The cost of each file of tests."""
    found: dict[str, Cost] = defaultdict(Cost)
    for report in reports:
        seconds = [float(str(v)) for name, v in report.user_properties if name == PROPERTY]
        last = report.when == "teardown"
        found[report.nodeid.partition("::")[0]].add(
            Cost(int(last), sum(seconds) if last else 0.0, report.duration)
        )
    return dict(found)


def write(reports: Iterable[pytest.TestReport], file: Path) -> None:
    """Each test's id and processor time, a line for each, separated by a tab."""
    with file.open("w", encoding="utf-8") as out:
        for report in reports:
            for name, seconds in report.user_properties:
                if name == PROPERTY and report.when == "teardown":
                    out.write(f"{report.nodeid}\t{float(str(seconds)):.3f}\n")


def table(files: dict[str, Cost], total: float) -> list[str]:
    """The lines of the report; ``total`` is the processor time of the whole run."""
    groups: dict[str, dict[str, Cost]] = defaultdict(dict)
    for file, cost in files.items():
        groups[group_of(file)][file] = cost
    sums = {name: _sum(members.values()) for name, members in groups.items()}
    # What had outlived its parent by then is in the sum and not in the total.
    total = max(total, sum(cost.cpu for cost in sums.values()))
    lines = [f"{'':<56} {'tests':>6} {'CPU s':>8} {'share':>6} {'wall s':>8}"]
    for name in sorted(sums, key=lambda name: -sums[name].cpu):
        lines.append(_line(name, sums[name], total))
        members = sorted(groups[name].items(), key=lambda member: -member[1].cpu)
        if len(members) > 1:
            lines += [
                _line("  " + file.removeprefix("tests/"), cost, total)
                for file, cost in members
                if cost.cpu >= LISTED * total
            ]
    rest = total - sum(cost.cpu for cost in sums.values())
    lines.append(_line("start, collection and end of each process", Cost(cpu=rest), total))
    return [*lines, _line("the whole run", Cost(_sum(sums.values()).tests, total), total), NOT_SEEN]


def _sum(costs: Iterable[Cost]) -> Cost:
    total = Cost()
    for cost in costs:
        total.add(cost)
    return total


def _line(name: str, cost: Cost, total: float) -> str:
    share = cost.cpu / total if total else 0.0
    wall = f"{cost.wall:8.1f}" if cost.wall else ""
    return f"{name:<56} {cost.tests or '':>6} {cost.cpu:8.1f} {share:6.1%} {wall}".rstrip()


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Meter(), "cost-meter")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Write the table; by now the workers of pytest-xdist have ended and were waited for."""
    reports = [
        report
        for outcome in ("", "passed", "failed", "error", "skipped")
        for report in terminalreporter.getreports(outcome)
        if isinstance(report, pytest.TestReport)
    ]
    if reports:
        if file := os.environ.get(FILE):
            write(reports, Path(file))
        terminalreporter.section("what it cost")
        for line in table(costs(reports), cpu_of_tree()):
            terminalreporter.write_line(line)
