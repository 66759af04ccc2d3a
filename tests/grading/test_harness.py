"""The harness keeps the grader's rules, survives what answers do, and sees tests that are too weak."""

import os
from pathlib import Path
from typing import Any

import harness
import nbformat
import psutil
import pytest
from harness import Answer, Setting

import drawing
import mutation_report
from courses import course_of_labs
from grader.course import Course
from grader.cycle.release import generate
from grader.cycle.samples import fill_in, solutions
from grader.engines.trusted import TrustedEngine
from grader.outcomes import Submission

LAB = "lab00_warm_up"
PUBLIC = Setting(0, "synthetic")
#: Answers that keep part of the points, or none, and do not disturb each other.
MIXED = {
    "customer_facts": "wrong_variant_reassigned",
    "after_shift": harness.STUB,
    "accuracy_report": "wrong_tie",
    "break_even": "wrong_never_none",
    "best_threshold": "wrong_must_contact",
    "refuse": "wrong_exact_ids",
}
ALWAYS_EQUAL = """
class Always:
    def __eq__(self, other): return True
    def __float__(self): return 0.33
    __lt__ = __le__ = __gt__ = __ge__ = __ne__ = __eq__

def probability_blue(*_):
    return Always()
"""
NOISY = """

quiet = campaign_value


def campaign_value(*given):
    import sys, warnings

    warnings.warn("about to contact them")
    print("contacting", file=sys.stderr)
    return quiet(*given)
"""
#: A number of seconds by which to know a process of this run.
MARK = f"86399.{os.getpid()}"
HOSTILE = {
    "endless": "import time\nwhile True:\n    try:\n        time.sleep(9)\n"
    "    except BaseException:\n        pass",
    "sleeps": "import time\ndef refuse(*_):\n    time.sleep(999)",
    "killed": "import os\nos._exit(0)",
    "dies": "import os\ndef refuse(*_):\n    os._exit(0)",
    "leaves": "def refuse(*_):\n    raise SystemExit",
    "syntax": "def refuse(:",
    "starts": f"import subprocess\nsubprocess.Popen(['sleep', '{MARK}'])\ndef refuse(*_): pass",
}
SECONDS = 6


@pytest.fixture(scope="module")
def codes() -> dict[str, str]:
    """Answers that learners mix with the lab's own: one to each task."""
    own = {(answer.task, answer.name): answer.code for answer in harness.answers(LAB)}
    mixed = {task: own[task, name] for task, name in MIXED.items()}
    noisy = own["campaign_value", "right_loop"] + NOISY
    return mixed | {"campaign_value": noisy, "probability_blue": ALWAYS_EQUAL}


@pytest.fixture(scope="module")
def report(codes: dict[str, str]) -> dict[str, Any]:
    """What the runner says of the mixed and the hostile answers."""
    tried = {task: {"mixed": code} for task, code in codes.items()}
    tried["refuse"] |= HOSTILE
    (report,) = harness.run(harness.notebook_path(LAB), [(PUBLIC, tried)], SECONDS)
    return report


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course of its own with the lab in its gradebook."""
    course = course_of_labs(tmp_path_factory.mktemp("course"), LAB)
    generate(course, LAB)
    return course


@pytest.mark.needs("sandbox")
@pytest.mark.parametrize("student", ["perfect", "mixed"])
def test_scores_equal_those_of_grading(
    student: str, course: Course, codes: dict[str, str], report: dict[str, Any]
) -> None:
    source = nbformat.read(harness.notebook_path(LAB), as_version=4)
    handed_out = nbformat.read(course.released(LAB) / f"{LAB}.ipynb", as_version=4)
    expected = dict(report["reference"]["scores"])
    answers = solutions(source)
    if student == "mixed":
        answers |= codes
        for task in codes:
            expected |= report["answers"][task]["mixed"]["scores"]
    folder = course.submitted(student, LAB)
    folder.mkdir(parents=True)
    nbformat.write(fill_in(handed_out, answers), folder / f"{LAB}.ipynb")
    outcome = TrustedEngine(course).grade(Submission(student, LAB, folder))
    assert outcome.status == "graded", outcome.reason
    read_by_a_person = set(outcome.tasks) - set(expected)
    assert read_by_a_person == {"decision"}
    assert {test: outcome.tasks[test] for test in expected} == expected


def test_the_mixed_answers_are_mixed(report: dict[str, Any]) -> None:
    points = {task.name: task.points for task in harness.tasks(LAB).values()}
    scores = {
        task: sum(tried["mixed"]["scores"].values()) for task, tried in report["answers"].items()
    }
    assert scores.pop("after_shift") == 0
    assert scores.pop("probability_blue") == 0
    assert scores.pop("campaign_value") == points["campaign_value"]
    assert all(0 < score < points[task] for task, score in scores.items())


def test_what_an_answer_does_is_its_own_loss(report: dict[str, Any]) -> None:
    tried = {name: report["answers"]["refuse"][name] for name in HOSTILE}
    for name, result in tried.items():
        assert sum(result["scores"].values()) == 0, name
    assert tried["endless"]["errors"][-1] == f"not finished after {SECONDS} seconds"
    assert tried["sleeps"]["errors"][0].startswith("CellTimeoutError: stopped after")
    assert tried["killed"]["errors"][0].startswith("DeadKernelError: the kernel died")
    assert "the kernel died" in tried["dies"]["output"]
    assert tried["syntax"]["errors"][0].startswith("SyntaxError")
    # The notebook's own solutions, run by the parent of all these, were not disturbed.
    assert report["reference"]["scores"] == {
        f"test_{task.name}": task.points for task in harness.tasks(LAB).values()
    }


def test_nothing_that_an_answer_started_is_left(report: dict[str, Any]) -> None:
    assert report["answers"]["refuse"]["starts"]["errors"] == []  # the program was found
    words = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]
    assert ["sleep", MARK] not in words


def test_without_hidden_tests_wrong_answers_get_through(tmp_path: Path) -> None:
    notebook = nbformat.read(harness.notebook_path(LAB), as_version=4)
    for cell in notebook.cells:
        cell.source = harness.visible(cell.source)
    weak = tmp_path / "weak.ipynb"
    nbformat.write(notebook, weak)
    names = ("wrong_visible_case", "wrong_fixed_terms")
    chosen = [answer for answer in harness.answers(LAB) if answer.name in names]
    (report,) = harness.run(weak, [(PUBLIC, harness.by_task(chosen))])
    scores = {
        str(answer): sum(report["answers"][answer.task][answer.name]["scores"].values())
        for answer in chosen
    }
    assert scores == {str(answer): harness.tasks(LAB)[answer.task].points for answer in chosen}
    assert len({answer.task for answer in chosen}) >= 5


@pytest.mark.parametrize("sources", [{"synthetic"}, {"synthetic", "ibm"}])
def test_each_answer_meets_every_setting_in_time(
    sources: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(harness.IBM_CSV, "telco.csv" if "ibm" in sources else "")
    answers = [Answer("lab", "task", name, "", "") for name in ("right_loop", "wrong_variant_0")]
    met: dict[str, set[Setting]] = {answer.name: set() for answer in answers}
    for number in range(100):
        monkeypatch.setattr(drawing, "commit", lambda number=number: f"{number}")
        pair = harness.settings_of_run("lab")
        assert {setting.source for setting in pair} == sources
        for answer in answers:
            drawn = harness.settings_of(answer, every=False)
            assert drawn == harness.settings_of(answer, every=False)
            assert len(drawn) == 1
            assert drawn[0] in pair
            met[answer.name].update(drawn)
    everything = set(harness.settings())
    assert {setting.source for setting in everything} == sources
    assert met["right_loop"] == everything
    # In variant 0 it may be right, which would prove nothing.
    assert met["wrong_variant_0"] == {s for s in everything if s.variant != 0}
    assert met == {a.name: set(harness.settings_of(a, every=True)) for a in answers}


def test_each_setting_of_a_run_gets_a_right_answer_to_each_task(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By it a run sees that the others lose their points by their own fault."""
    monkeypatch.setenv(harness.IBM_CSV, "telco.csv")
    right = [answer for answer in harness.answers(LAB) if not answer.wrong]
    met: dict[Answer, set[Setting]] = {answer: set() for answer in right}
    for number in range(100):
        monkeypatch.setattr(drawing, "commit", lambda number=number: f"{number}")
        dealt: dict[str, set[Setting]] = {task: set() for task in harness.tasks(LAB)}
        for answer in right:
            (setting,) = harness.settings_of(answer, every=False)
            dealt[answer.task].add(setting)
            met[answer].add(setting)
        pair = set(harness.settings_of_run(LAB))
        assert all(settings == pair for settings in dealt.values())
    assert all(settings == set(harness.settings()) for settings in met.values())


def test_the_report_names_the_answer_and_the_setting_that_got_through() -> None:
    outcomes = [
        mutation_report.outcome("lab/task/wrong_a", {"variant 1": True, "variant 2": False})[1],
        mutation_report.outcome("lab/task/wrong_b", {"variant 1": True})[1],
    ]
    lines = [" ".join(line.split()) for line in mutation_report.score_lines(outcomes)]
    assert lines == [
        "lab/task 1 of 2 wrong answers caught 50.0%",
        "in variant 1 2 of 2 wrong answers caught 100.0%",
        "in variant 2 0 of 1 wrong answers caught 0.0%",
        "got through: lab/task/wrong_a in variant 2",
        "all 1 of 2 wrong answers caught 50.0%",
    ]
