"""What is asked of a decision on a learner's own data can be reached, whichever data chance dealt out.

A variant draws campaigns, releases, telcos of its own, and a check asks for a share of what was possible
there. On few draws chance may take more than a good answer can bring: of one campaign the lab's own answer
brought less than half in 6 of 100 variants, and one even lost. So such checks are passed by good answers,
the lab's own and those that stand beside the wrong ones, in whatever variant: by one of them in one, both
drawn for the commit, and by each in 100 in ``make long``.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
from collections.abc import Iterator
from typing import Any

import harness
import pytest
from references import names

from churn.data import IBM_CSV
from drawing import drawn

VARIANTS = 100 if harness.LONG else 1
#: A check of this kind has its bound in its name.
OWN = re.compile(
    r"rubric\.check\(\s*\"your own [^\"]*(?:%|quarter|half|at most|no more than|\d of \d)"
)
Case = tuple[str, str, str]


def cases() -> Iterator[Case]:
    """Labs, tasks whose tests hold such a check, and the sources of data that matter to them."""
    for lab in harness.labs():
        for task in harness.tasks(lab).values():
            tests = "\n".join(cell.source for cell in task.tests)
            if OWN.search(tests):
                yield lab, task.name, "synthetic"
                if "load(source" in tests and os.environ.get(IBM_CSV):
                    yield lab, task.name, "ibm"


CASES = list(cases())


def good_answers(lab: str, task: str) -> dict[str, str]:
    """Code by name: "solution", whose code the lab's own names hold already, and the right answers."""
    right = [one for one in harness.answers(lab) if one.task == task and not one.wrong]
    return {"solution": "", **{one.name: one.code for one in right}}


def test_there_are_such_checks() -> None:
    assert len(CASES) >= 18


@pytest.mark.parametrize(("lab", "task", "source"), CASES)
def test_good_answers_pass_them(lab: str, task: str, source: str) -> None:
    answers = good_answers(lab, task)
    chosen = list(answers) if harness.LONG else [drawn(f"{lab} {task}", list(answers))]
    for answer in chosen:
        for number in range(VARIANTS):
            variant = drawn(f"{task} {number}", range(1, 2**31))
            space: dict[str, Any] = names(lab) | {"variant": variant, "source": source}
            exec(answers[answer], space)
            said = io.StringIO()
            with contextlib.redirect_stdout(said):
                for cell in harness.tasks(lab)[task].tests:
                    exec(harness.visible(cell.source), space)
            assert "✘" not in said.getvalue(), f"{answer}, variant {variant}: {said.getvalue()}"
