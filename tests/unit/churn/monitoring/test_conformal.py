"""Sets hold the truth as often as promised, and say when they do not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from churn.monitoring.conformal import ConformalSets, coverage


def customers(rng, size, shift=0.0):
    odds = rng.normal(-2.0, 1.2, size)
    y = (rng.random(size) < 1 / (1 + np.exp(-(odds + shift)))).astype(int)
    return y, 1 / (1 + np.exp(-odds))


def test_either_kind_is_covered_and_a_drift_of_the_concept_shows():
    rng = np.random.default_rng(0)
    sets = ConformalSets(0.9).fit(*customers(rng, 8000))
    y, p = customers(rng, 8000)
    found = coverage(sets.predict(p), y)
    assert found["covered"].between(0.88, 0.92).all(), found
    assert ((found["low"] < found["covered"]) & (found["covered"] < found["high"])).all()
    assert found["customers"].sum() == 8000
    unrelated = rng.permutation(y)
    broken = coverage(sets.predict(p), unrelated)
    assert broken.loc["leaves", "high"] < 0.8


def test_the_set_follows_the_score():
    rng = np.random.default_rng(1)
    sets = ConformalSets(0.9).fit(*customers(rng, 3000)).predict([0.001, 0.2, 0.95])
    assert sets["stays"].tolist() == [True, True, False]
    assert sets["leaves"].tolist() == [False, True, True]
    wide = ConformalSets(0.99).fit(*customers(rng, 3000)).predict(np.linspace(0.01, 0.9, 50))
    narrow = ConformalSets(0.6).fit(*customers(rng, 3000)).predict(np.linspace(0.01, 0.9, 50))
    assert wide.to_numpy().sum() > narrow.to_numpy().sum()


def test_a_kind_that_does_not_occur_has_no_coverage():
    table = coverage(pd.DataFrame({"stays": [True, False], "leaves": [True, True]}), [0, 0])
    assert table.loc["stays", "covered"] == 0.5
    assert table.loc["leaves", "customers"] == 0
    assert np.isnan(table.loc["leaves", "covered"])


def test_what_makes_no_sense_is_refused():
    with pytest.raises(ValueError, match="between 0 and 1"):
        ConformalSets(1.0)
    with pytest.raises(RuntimeError, match="call fit first"):
        ConformalSets().predict([0.1])
