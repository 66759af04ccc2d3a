"""The mutation score: how many of the wrong answers the tests of each task caught."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

#: Name of the property under which a test reports what became of a wrong answer.
PROPERTY = "mutation"


def outcome(task: str, caught: bool) -> tuple[str, dict[str, Any]]:
    """What a test hands to ``record_property``; ``task`` as in ``lab00_warm_up/refuse``."""
    return PROPERTY, {"task": task, "caught": caught}


def score_lines(outcomes: list[dict[str, Any]]) -> list[str]:
    """One line for each task and one for all of them."""
    by_task: dict[str, list[bool]] = defaultdict(list)
    for each in outcomes:
        by_task[each["task"]].append(each["caught"])
    lines = [_line(task, caught) for task, caught in sorted(by_task.items())]
    return [*lines, _line("all", [caught for task in by_task.values() for caught in task])]


def _line(name: str, caught: list[bool]) -> str:
    share = sum(caught) / len(caught)
    return f"{name:<40} {sum(caught):>4} of {len(caught):>4} wrong answers caught  {share:>7.1%}"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Read the outcomes from the reports, which also arrive from xdist's workers."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    outcomes = [
        value
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if name == PROPERTY and report.when == "call"
    ]
    if outcomes:
        terminalreporter.section("mutation score of the labs' tests")
        for line in score_lines(outcomes):
            terminalreporter.write_line(line)
