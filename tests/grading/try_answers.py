"""Try other people's answers to a lab: ``python tests/grading/try_answers.py LAB ANSWERS.json``.

The file is a list of objects with the keys ``task`` (the name of the solution cell), ``kind``
(``"wrong"`` or ``"right"``), ``code`` (what stands in that cell) and ``breaks`` (of a wrong answer:
the sentence of the lab that it breaks; of a right one: what is different about it, or nothing).

They run by the grader's own rules, as :mod:`harness` says, in every variant and source; IBM's table
takes part where ``CHURN_IBM_CSV`` names its file. Printed are the wrong answers that kept every
point in a setting, the right ones that lost some, and the share of wrong ones that each task caught.
With ``--record ROUND`` that share is kept in ``outsiders/first_try.csv``, which ``make test`` prints.
The exit code is 1 when there is one of these, 2 when the file cannot be used.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    # pytest puts these folders on the path for the modules that stand beside this one.
    _TESTS = Path(__file__).resolve().parents[1]
    sys.path[1:1] = [str(_TESTS), str(_TESTS / "helpers")]

import harness
from harness import Answer, Result, Setting

import mutation_report

KINDS = ("wrong", "right")
KEYS = ("task", "kind", "code", "breaks")
Tried = Mapping[Answer, Mapping[Setting, Result]]


class AnswersError(Exception):
    """The file of answers cannot be used; one sentence."""


def read(lab: str, path: Path) -> list[Answer]:
    """The answers of a file; each is named by its kind and its place in the file.

    Raises:
        AnswersError: there is no such lab or file, or something in it is not as it should be.
    """
    if lab not in harness.labs():
        raise AnswersError(f"there is no lab {lab!r}, only {', '.join(harness.labs())}")
    try:
        records = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise AnswersError(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise AnswersError(f"{path} is not a JSON file: {error}") from None
    if not isinstance(records, list) or not records:
        raise AnswersError(f"{path} should hold a list of answers")
    return [_answer(lab, place, record) for place, record in enumerate(records, start=1)]


def _answer(lab: str, place: int, record: Any) -> Answer:
    if not isinstance(record, dict):
        raise AnswersError(f"answer {place} should be an object with the keys {', '.join(KEYS)}")
    task, kind, code, breaks = (record.get(key, "") for key in KEYS)
    if not all(isinstance(text, str) for text in (task, kind, code, breaks)):
        raise AnswersError(f"answer {place}: {', '.join(KEYS)} should be texts")
    tasks = harness.tasks(lab)
    if task not in tasks:
        raise AnswersError(f"answer {place}: {lab} has no task {task!r}, only {', '.join(tasks)}")
    if kind not in KINDS:
        raise AnswersError(f"answer {place}: its kind is {kind!r}, neither wrong nor right")
    if not code.strip():
        raise AnswersError(f"answer {place} has no code")
    return Answer(lab, task, f"{kind}_{place:03d}", code, " ".join(breaks.split()))


def report(tried: Tried) -> tuple[list[str], bool]:
    """What to print, and whether every answer got what it should."""
    lines = []
    for answer, results in tried.items():
        points = harness.tasks(answer.lab)[answer.task].points
        odd = {
            s: result for s, result in results.items() if answer.wrong == (result.score == points)
        }
        if odd:
            what = "kept every point" if answer.wrong else "lost points"
            where = "every setting" if odd == results else ", ".join(map(str, odd))
            lines.append(f"{what} in {where}: {answer} ({answer.says})")
            lines += [] if answer.wrong else _reasons(next(iter(odd.values())))
    return [*lines, *_totals(tried)], not lines


def _reasons(result: Result) -> list[str]:
    failed = [line for line in result.output.splitlines() if line.startswith("✘")]
    return [f"    {line}" for line in (*failed, *result.errors)]


def _totals(tried: Tried) -> list[str]:
    points = {answer: harness.tasks(answer.lab)[answer.task].points for answer in tried}
    outcomes = [
        mutation_report.outcome(
            str(answer), {str(s): result.score < points[answer] for s, result in results.items()}
        )[1]
        for answer, results in tried.items()
        if answer.wrong
    ]
    right = {
        answer: all(result.score == points[answer] for result in results.values())
        for answer, results in tried.items()
        if not answer.wrong
    }
    kept = Counter(right.values())[True]
    lines = mutation_report.score_lines(outcomes) if outcomes else []
    return [
        *(line for line in lines if not line.startswith("got through")),
        *([f"{kept} of {len(right)} right answers got every point"] if right else []),
    ]


def record(lab: str, number: int, tried: Tried) -> None:
    """Keep how many wrong answers lost points wherever they were tried, as a round of a lab."""
    wrong = {answer: results for answer, results in tried.items() if answer.wrong}
    caught = sum(
        all(r.score < harness.tasks(lab)[answer.task].points for r in results.values())
        for answer, results in wrong.items()
    )
    settings = max(len(results) for results in wrong.values())
    line = dict(
        zip(mutation_report.FIELDS, (lab, number, len(wrong), caught, settings), strict=True)
    )
    key = (lab, str(number))
    kept = [old for old in mutation_report.recorded() if (old["lab"], old["round"]) != key]
    with mutation_report.FIRST_TRY.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, mutation_report.FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows([*kept, line])


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("lab", help=", ".join(harness.labs()))
    parser.add_argument("answers", type=Path, help="a JSON file")
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--once", action="store_true", help="each answer in one setting: quicker, proves less"
    )
    where.add_argument(
        "--variants", type=int, nargs="+", metavar="N", help="only these, of each source"
    )
    parser.add_argument("--record", type=int, metavar="ROUND", help="keep the share of this round")
    options = parser.parse_args(arguments)
    try:
        answers = read(options.lab, options.answers)
    except AnswersError as error:
        print(f"{error}.", file=sys.stderr)
        return 2
    chosen = {setting.variant for setting in harness.settings()}
    if unknown := set(options.variants or ()) - chosen:
        parser.error(
            f"answers are tried in the variants {sorted(chosen)}, not in {sorted(unknown)}"
        )
    chosen = set(options.variants or chosen)
    wanted = {
        answer: [s for s in harness.settings_of(answer, not options.once) if s.variant in chosen]
        for answer in answers
    }
    tried = harness.results_of(options.lab, wanted)
    if options.record is not None:
        record(options.lab, options.record, tried)
    lines, good = report(tried)
    print(*lines, sep="\n")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
