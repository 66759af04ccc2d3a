"""Label Studio's JSON in and out, agreement by hand, and no silent resolution."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from churn.data import annotation
from churn.data.annotation import AnnotationError

NOTES = pd.DataFrame(
    {"customerID": ["A", "B", "C"], "note": ["too dear", "moves", "?"], "phone": [1, 2, 3]}
)


def answered(who: Any, *choices: str, cancelled: bool = False) -> dict[str, Any]:
    """One annotation with the fields that Label Studio 1.23 exports."""
    result = {"from_name": "reason", "to_name": "text", "type": "choices"}
    return {
        "id": 81,
        "completed_by": who,
        "result": [result | {"value": {"choices": list(choices)}}] if not cancelled else [],
        "was_cancelled": cancelled,
        "ground_truth": False,
        "created_at": "2026-01-01T05:17:36.693145Z",
        "lead_time": None,
        "result_count": 1,
        "task": 1,
        "project": 2,
    }


def task(name: str, *annotations: dict[str, Any]) -> dict[str, Any]:
    data = {"customerID": name, "note": "a note"}
    return {"id": 1, "annotations": list(annotations), "predictions": [1], "data": data}


def answers(first: str, second: str) -> pd.DataFrame:
    """Answers of two annotators, a letter a task; a blank is none."""
    rows = [
        (f"{number:02}", who, answer)
        for who, given in (("Ada", first), ("Ben", second))
        for number, answer in enumerate(given)
        if answer != " "
    ]
    return pd.DataFrame(rows, columns=["task", "annotator", "answer"])


def test_tasks_hold_what_is_shown_and_nothing_else() -> None:
    tasks = annotation.to_tasks(NOTES, "customerID", ["note"])
    assert tasks[0] == {"data": {"customerID": "A", "note": "too dear"}}
    assert len(tasks) == 3


def test_a_guess_becomes_a_prediction_of_its_row() -> None:
    shuffled = NOTES.iloc[::-1]
    guesses = pd.Series(["price", np.nan], index=[0, 1], dtype=object)
    tasks = annotation.to_tasks(shuffled, "customerID", ["note"], guesses, model_version="m")
    result = {
        "from_name": "reason",
        "to_name": "text",
        "type": "choices",
        "value": {"choices": ["price"]},
    }
    assert [t.get("predictions") for t in tasks] == [
        None,
        None,
        [{"model_version": "m", "result": [result]}],
    ]


def test_a_key_that_names_two_rows_is_refused() -> None:
    with pytest.raises(AnnotationError, match="two rows"):
        annotation.to_tasks(pd.concat([NOTES, NOTES]), "customerID", ["note"])


def test_answers_are_read_and_skips_and_guesses_are_not() -> None:
    exported = [
        task("B", answered(2, "moved"), answered(1, "price")),
        task("A", answered(1, "price"), answered(2, cancelled=True)),
        task("C"),
    ]
    read = annotation.read_annotations(exported, "customerID")
    assert read.to_numpy().tolist() == [
        ["A", "1", "price"],
        ["B", "1", "price"],
        ["B", "2", "moved"],
    ]


def test_annotators_by_name_by_address_or_by_number() -> None:
    users: list[Any] = [1, {"id": 1}, {"id": 2, "email": "b@x.example"}, {"id": 3}]
    exported = [task(str(n), answered(user, "price")) for n, user in enumerate(users)]
    read = annotation.read_annotations(exported, "customerID", names={1: "Ada"})
    assert read["annotator"].tolist() == ["Ada", "Ada", "b@x.example", "3"]


def test_a_result_of_another_control_is_not_read() -> None:
    other = answered(1, "angry")
    other["result"][0]["from_name"] = "mood"
    assert annotation.read_annotations([task("A", other)], "customerID").empty


def test_an_export_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(AnnotationError, match="no 'number'"):
        annotation.read_annotations([task("A")], "number")
    with pytest.raises(AnnotationError, match="2 choices"):
        annotation.read_annotations([task("A", answered(1, "price", "moved"))], "customerID")
    twice = task("A", answered(1, "price"), answered(1, "moved"))
    with pytest.raises(AnnotationError, match="answered task A twice"):
        annotation.read_annotations([twice], "customerID")


def test_kappa_by_hand() -> None:
    # 10 tasks: both p 4, both m 3, p-m 2, m-p 1. Chance: 0.6 * 0.5 + 0.4 * 0.5 = 0.5.
    result = annotation.agreement(answers("ppppmmmppm", "ppppmmmmmp"))
    assert result.tasks == 10
    assert result.observed == pytest.approx(0.7)
    assert result.by_chance == pytest.approx(0.5)
    assert result.kappa == pytest.approx(0.4)


def test_only_tasks_that_both_answered_count() -> None:
    result = annotation.agreement(answers("pm p", "pmm "))
    assert (result.tasks, result.observed) == (2, 1.0)


def test_kappa_is_undefined_when_there_is_one_answer_only() -> None:
    result = annotation.agreement(answers("ppp", "ppp"))
    assert (result.observed, result.by_chance) == (1.0, 1.0)
    assert np.isnan(result.kappa)


def test_agreement_needs_two_annotators_and_a_common_task() -> None:
    with pytest.raises(AnnotationError, match="two annotators, not 1"):
        annotation.agreement(answers("pp", "  "))
    with pytest.raises(AnnotationError, match="no task that both"):
        annotation.agreement(answers("p ", " p"))


def test_disagreements_are_answers_that_differ_not_answers_that_lack() -> None:
    assert annotation.disagreements(answers("ppm ", "pm p")).index.tolist() == ["01"]


def test_a_resolution_says_who_settled_what() -> None:
    final = annotation.resolve(answers("ppm", "pm "), {"01": "other"})
    assert final["answer"].tolist() == ["p", "other", "m"]
    assert final["settled_by"].tolist() == ["agreement", "decision", "single answer"]


@pytest.mark.parametrize(
    ("decisions", "message"),
    [({}, "undecided: 01"), ({"01": "p", "00": "m"}, "without disagreement: 00")],
)
def test_nothing_is_settled_silently(decisions: dict[str, str], message: str) -> None:
    with pytest.raises(AnnotationError, match=message):
        annotation.resolve(answers("pp", "pm"), decisions)
