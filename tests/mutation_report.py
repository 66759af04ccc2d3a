"""The mutation score: how many of the wrong answers the tests of each task caught.

They were tried by the grader's own rules (tests/grading/runner.py), each in the settings that the
report counts: variants of the lab, by source of data.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path
from typing import Any

#: Name of the property under which a test reports what became of a wrong answer.
PROPERTY = "mutation"
TITLE = "mutation score of the labs' tests, by the grader's own rules"
#: What ``try_answers.py --record ROUND`` found: a line for each lab and round of outsiders.
FIRST_TRY = Path(__file__).parent / "grading" / "outsiders" / "first_try.csv"
FIELDS = ("lab", "round", "wrong", "caught", "settings")


def outcome(answer: str, caught: dict[str, bool]) -> tuple[str, dict[str, Any]]:
    """What a test hands to ``record_property``.

    Args:
        answer: as in ``lab00_warm_up/refuse/wrong_exact_ids``.
        caught: whether it lost points, by setting.
    """
    return PROPERTY, {"answer": answer, "caught": caught}


def score_lines(outcomes: list[dict[str, Any]]) -> list[str]:
    """One line for each task, setting and answer that got through, and one for all answers.

    A wrong answer is caught when it loses points in every setting that it was tried in.
    """
    by_task: dict[str, list[bool]] = defaultdict(list)
    by_setting: dict[str, list[bool]] = defaultdict(list)
    for each in outcomes:
        by_task[each["answer"].rpartition("/")[0]].append(all(each["caught"].values()))
        for setting, caught in each["caught"].items():
            by_setting[setting].append(caught)
    through = [
        f"got through: {each['answer']} in {setting}"
        for each in sorted(outcomes, key=lambda each: str(each["answer"]))
        for setting, caught in each["caught"].items()
        if not caught
    ]
    return [
        *(_line(task, caught) for task, caught in sorted(by_task.items())),
        *(_line(f"in {setting}", caught) for setting, caught in sorted(by_setting.items())),
        *through,
        _line("all", [caught for task in by_task.values() for caught in task]),
    ]


def recorded() -> list[dict[str, str]]:
    """The lines of :data:`FIRST_TRY`, by lab and round; none before anything is recorded."""
    if not FIRST_TRY.exists():
        return []
    with FIRST_TRY.open(newline="", encoding="utf-8") as file:
        return sorted(csv.DictReader(file), key=lambda line: (line["lab"], int(line["round"])))


def first_try_lines() -> list[str]:
    """The latest round of each lab: answers of people who saw only the text.

    What was tried in one setting proves less: each line says in how many.
    """
    latest = {line["lab"]: line for line in recorded()}
    return [
        f"{lab + ', round ' + line['round']:<48} {line['caught']:>4} of {line['wrong']:>4}"
        f" caught at the first try  {int(line['caught']) / int(line['wrong']):>7.1%}"
        f"  in {line['settings']} setting{'s' * (line['settings'] != '1')}"
        for lab, line in latest.items()
    ]


def _line(name: str, caught: list[bool]) -> str:
    share = sum(caught) / len(caught)
    return f"{name:<48} {sum(caught):>4} of {len(caught):>4} wrong answers caught  {share:>7.1%}"


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
        terminalreporter.section(TITLE)
        for line in score_lines(outcomes):
            terminalreporter.write_line(line)
        terminalreporter.write_line("outsiders, who saw only the text (tests/grading/outsiders):")
        for line in first_try_lines():
            terminalreporter.write_line(line)
