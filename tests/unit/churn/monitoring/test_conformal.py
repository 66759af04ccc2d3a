"""Sets hold the truth as often as promised, and say when they do not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from churn.monitoring.conformal import ConformalSets, coverage


def customers(rng: np.random.Generator, size: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    odds = rng.normal(-2.0, 1.2, size)
    y = (rng.random(size) < 1 / (1 + np.exp(-odds))).astype(int)
    return y, 1 / (1 + np.exp(-odds))


def test_either_kind_is_covered_and_a_drift_of_the_concept_shows() -> None:
    rng = np.random.default_rng(0)
    sets = ConformalSets(0.9).fit(*customers(rng, 8000))
    y, p = customers(rng, 8000)
    found = coverage(sets.predict(p), y)
    assert found["covered"].between(0.88, 0.92).all(), found
    assert (found["low"] < found["covered"]).all()
    assert (found["high"] > found["covered"]).all()
    assert found["customers"].tolist() == [(y == 0).sum(), (y == 1).sum(), 8000]
    unrelated = rng.permutation(y)
    broken = coverage(sets.predict(p), unrelated)
    assert broken["high"].to_dict()["leaves"] < 0.8


def test_the_set_follows_the_score() -> None:
    rng = np.random.default_rng(1)
    sets = ConformalSets(0.9).fit(*customers(rng, 3000)).predict([0.001, 0.2, 0.95])
    assert sets["stays"].tolist() == [True, True, False]
    assert sets["leaves"].tolist() == [False, True, True]
    wide = ConformalSets(0.99).fit(*customers(rng, 3000)).predict(np.linspace(0.01, 0.9, 50))
    narrow = ConformalSets(0.6).fit(*customers(rng, 3000)).predict(np.linspace(0.01, 0.9, 50))
    assert wide.to_numpy().sum() > narrow.to_numpy().sum()


def test_a_kind_that_does_not_occur_has_no_coverage() -> None:
    table = coverage(pd.DataFrame({"stays": [True, False], "leaves": [True, True]}), [0, 0])
    assert table.loc["stays", "covered"] == 0.5
    assert table.loc["leaves", "customers"] == 0
    assert table["covered"].isna().tolist() == [False, True, False]
    assert table["covered"].to_dict()["all"] == 0.5


def test_the_promise_for_all_together_is_kept_at_the_cost_of_the_few() -> None:
    rng = np.random.default_rng(2)
    sets = ConformalSets(0.9, per_class=False).fit(*customers(rng, 8000))
    y, p = customers(rng, 8000)
    found = coverage(sets.predict(p), y)["covered"].to_dict()
    assert found["all"] == pytest.approx(0.9, abs=0.015)
    assert found["leaves"] < 0.8 < found["stays"]


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        ConformalSets(1.0)
    with pytest.raises(RuntimeError, match="call fit first"):
        ConformalSets().predict([0.1])
