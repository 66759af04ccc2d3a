"""Months after an alarm: what a remedy brings follows from what happened."""

from collections import Counter

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from coursekit.exercises import remedies

RNG = np.random.default_rng
COLUMNS = list(remedies.COLUMNS)


def test_every_kind_comes_as_often() -> None:
    made = remedies.months(RNG(1), 12)
    assert Counter(one["true"]["kind"] for one in made) == dict.fromkeys(remedies.KINDS, 2)


def test_a_campaign_is_as_large_as_asked_for() -> None:
    made = remedies.months(RNG(1), 6, customers=(40_000,))
    assert {one["terms"]["customers"] for one in made} == {40_000}
    assert {one["terms"]["customers"] for one in remedies.months(RNG(1), 20)} == {
        2000,
        5000,
        10_000,
    }


def test_scores_are_those_of_a_logistic_regression() -> None:
    (one,) = remedies.months(RNG(2), 1, kind="nothing")
    model = make_pipeline(StandardScaler(), LogisticRegression(C=1.0))
    model.fit(one["before"][COLUMNS], one["before"]["left"])
    wanted = model.predict_proba(one["now"][COLUMNS])[:, 1]
    assert remedies.scores(one["before"], one["now"]) == pytest.approx(wanted, abs=1e-3)
    assert len(set(remedies.scores(one["before"], one["now"], []).round(9))) == 1


@pytest.mark.parametrize("kind", remedies.KINDS)
def test_what_brings_something(kind: str) -> None:
    total: Counter[str] = Counter()
    for one in remedies.months(RNG(3), 20, kind=kind):
        terms, column = one["terms"], one["true"]["column"]
        free = {
            what: dollars + {"fix": terms["fix"], "nothing": 0.0}.get(what, terms["refit"])
            for (what, of), dollars in remedies.worth(one).items()
            if of in (None, column)
        }
        total.update({what: int(dollars) for what, dollars in free.items()})
        if kind != "factor":
            others = [v for (what, _), v in remedies.worth(one).items() if what == "fix"]
            assert others == [-terms["fix"]] * len(COLUMNS), "a fix mends a factor only"
    assert total["nothing"] == 0
    if kind == "factor":
        assert total["fix"] > max(total["drop"], total["retrain"]) > 0
    if kind == "switched_off":
        assert total["drop"] > 0
        assert "fix" in total
    if kind == "concept":
        assert total["retrain"] > max(0, total["drop"])
    if kind == "nothing":
        assert total["retrain"] < 0
