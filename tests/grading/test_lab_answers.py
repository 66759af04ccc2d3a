"""Every lab's tests refuse the wrong answers and accept the right ones, in whatever form."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import harness
import pytest
from harness import Answer, Result, Setting

import mutation_report
import scheduling
from coursekit import paths
from drawing import drawn

FILE = "tests/grading/test_lab_answers.py"
LABS = harness.labs()
ANSWERS = [answer for lab in LABS for answer in harness.answers(lab)]
#: Wrong answers that are also run to the end.
DRAWN = 8
TASKS = [(lab, task) for lab in LABS for task in harness.tasks(lab)]

type Results = Callable[[str], Mapping[Answer, Mapping[Setting, Result]]]

# The first test of a lab waits until its answers have run.
pytestmark = pytest.mark.timeout(harness.SECONDS_PER_RUN)


@pytest.fixture(scope="session")
def results(request: pytest.FixtureRequest) -> Results:
    """What answers to a lab get; only those run that the tests chosen for this session look at."""
    here = [item for item in request.session.items if item.path == Path(__file__)]
    asked = [callspec.params for item in here if (callspec := getattr(item, "callspec", None))]
    return lambda lab: harness.results(lab, looked_at(lab, asked))


def looked_at(lab: str, asked: list[dict[str, Any]]) -> frozenset[Answer]:
    """The answers to a lab that tests with these parameters are about.

    A test is about one answer, about those to one task, or about all those to a lab.
    """
    found = set()
    for about in asked:
        if "answer" in about:
            found.add(about["answer"])
        elif about["lab"] == lab:
            own = harness.answers(lab)
            found.update(a for a in own if about.get("task", a.task) == a.task)
    return frozenset(answer for answer in found if answer.lab == lab)


@pytest.mark.parametrize("answer", [a for a in ANSWERS if a.wrong], ids=str)
def test_a_wrong_answer_loses_points(
    answer: Answer, results: Results, record_property: Callable[[str, object], None]
) -> None:
    full = harness.tasks(answer.lab)[answer.task].points
    tried = results(answer.lab)[answer]
    caught = {str(setting): result.score < full for setting, result in tried.items()}
    record_property(*mutation_report.outcome(str(answer), caught))
    survived = [f"{setting}: {tried[setting]}" for setting in tried if not caught[str(setting)]]
    assert tried
    assert not survived, f"{answer.says}\n" + "\n".join(survived)


@pytest.mark.parametrize("answer", [a for a in ANSWERS if not a.wrong], ids=str)
def test_a_right_answer_gets_every_point(answer: Answer, results: Results) -> None:
    full = harness.tasks(answer.lab)[answer.task].points
    tried = results(answer.lab)[answer]
    refused = [f"{s}: {result}" for s, result in tried.items() if result.score != full]
    assert tried
    assert not refused, f"{answer.says}\n" + "\n".join(refused)


@pytest.mark.parametrize(("lab", "task"), TASKS)
def test_a_right_answer_gets_every_point_in_each_setting(
    lab: str, task: str, results: Results
) -> None:
    """So the others lose theirs by their own fault."""
    own = {answer: tried for answer, tried in results(lab).items() if answer.task == task}
    full = harness.tasks(lab)[task].points
    for setting in {setting for tried in own.values() for setting in tried}:
        scores = [
            tried[setting].score
            for answer, tried in own.items()
            if not answer.wrong and setting in tried
        ]
        assert full in scores, f"{setting}: {scores}"


@pytest.mark.skipif(harness.LONG, reason="every answer is run to the end")
@pytest.mark.parametrize("lab", [drawn("to the end", LABS)])
def test_one_that_is_left_when_caught_would_not_have_been_right(lab: str, results: Results) -> None:
    """Of a lab drawn for the commit, some wrong answers are run to the end as well."""
    wrong = [answer for answer in harness.answers(lab) if answer.wrong]
    chosen = {drawn(f"to the end {number}", wrong) for number in range(DRAWN)}
    wanted = {answer: list(results(lab)[answer]) for answer in chosen}
    whole = harness.results_of(lab, wanted, to_the_end=True, own_tested=False)
    for answer, tried in whole.items():
        full = harness.tasks(lab)[answer.task].points
        for setting, result in tried.items():
            left = results(lab)[answer][setting]
            assert (left.score < full) == (result.score < full), f"{answer} in {setting}: {result}"
            assert left.score <= result.score


@pytest.mark.parametrize("answer", [a for a in ANSWERS if a.name == harness.STUB], ids=str)
def test_the_stub_gets_nothing(answer: Answer, results: Results) -> None:
    for setting, result in results(answer.lab)[answer].items():
        assert result.score == 0, f"{answer} in {setting}: {result}"
        assert "nothing is written here yet" in result.output


@pytest.mark.parametrize("answer", [a for a in ANSWERS if a.name == harness.NOTHING], ids=str)
def test_what_never_looks_gets_nothing(answer: Answer, results: Results) -> None:
    for setting, result in results(answer.lab)[answer].items():
        assert result.score == 0, f"{answer} in {setting}: {result}"


@pytest.mark.parametrize(("lab", "task"), TASKS)
def test_each_task_has_its_answers(lab: str, task: str) -> None:
    own = [answer for answer in harness.answers(lab) if answer.task == task]
    assert sum(answer.wrong for answer in own) >= 5
    assert sum(not answer.wrong for answer in own) >= 2
    assert harness.STUB in {answer.name for answer in own}
    for answer in own:
        assert answer.name.startswith(("wrong_", "right_"))
        assert answer.says, f"{answer}: the docstring says what the answer is"
        assert "\n" not in answer.says
    assert len({answer.code for answer in own}) == len(own), "the same answer twice"


def test_every_lab_has_answers_and_is_tried_beside_the_others() -> None:
    sources = (paths.course_root() / "solutions").glob("*/*.ipynb")
    assert sorted(path.parent.name for path in sources) == LABS
    for answer in ANSWERS:
        for test in (test_a_wrong_answer_loses_points, test_a_right_answer_gets_every_point):
            unit = scheduling.unit_of(f"{FILE}::{test.__name__}[{answer}]")
            assert unit == f"{FILE} {answer.lab}"


def test_only_those_answers_run_that_a_test_looks_at() -> None:
    answer = ANSWERS[0]
    lab, of_lab = answer.lab, set(harness.answers(answer.lab))
    of_task = {other for other in of_lab if other.task == answer.task}
    assert looked_at(lab, [{"answer": answer}, {"answer": ANSWERS[-1]}]) == {answer}
    assert looked_at(lab, [{"lab": lab, "task": answer.task}]) == of_task
    assert looked_at(lab, [{"lab": lab}, {"lab": LABS[-1]}]) == of_lab


def test_no_answer_belongs_to_a_task_that_is_gone() -> None:
    assert {(answer.lab, answer.task) for answer in ANSWERS} == set(TASKS)


@pytest.mark.needs("ibm")
@pytest.mark.parametrize("lab", LABS)
def test_the_answers_were_tried_on_both_sources(lab: str, results: Results) -> None:
    tried = {setting for settings in results(lab).values() for setting in settings}
    assert tried == set(harness.settings() if harness.LONG else harness.settings_of_run(lab))
    assert {setting.source for setting in tried} == {"synthetic", "ibm"}
