"""Every column has its answers, and the score is their number."""

import pytest

from churn import schema
from churn.features.creep import ANSWERS, QUESTIONS, creep
from churn.simulator import load_scenario, simulate_history


def test_nobody_has_forgotten_a_column() -> None:
    small = load_scenario("baseline").model_copy(update={"customers": 50, "months": 2})
    columns = set(simulate_history(small).snapshots.columns) - {schema.ID, "as_of"}
    assert set(ANSWERS) == columns
    assert {len(answers) for answers in ANSWERS.values()} == {len(QUESTIONS)}


def test_the_score_counts_the_answers() -> None:
    found = creep(["tenure", "gender", "network_quality", "propensity_score"])
    assert found["score"].to_dict() == {
        "network_quality": 2, "propensity_score": 2, "gender": 1, "tenure": 0
    }  # fmt: skip
    assert found["about the person"].to_dict()["gender"]
    assert not any(found[question].to_dict()["tenure"] for question in QUESTIONS)


def test_a_column_without_answers_is_no_column_without_creep() -> None:
    with pytest.raises(ValueError, match="browser_history"):
        creep(["tenure", "browser_history"])
