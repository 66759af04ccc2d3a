"""Evidently judges PSI and Jensen-Shannon where it counts the same classes; and where it does not."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest

from churn.monitoring import drift

# Its import warns of NumPy's and litestar's old names, which are none of ours.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from evidently.legacy.calculations.stattests import jensenshannon_stat_test, psi_stat_test
    from evidently.legacy.core import ColumnType

#: Evidently's distance is with natural logarithms, the course's with those to base 2.
NATURAL = np.sqrt(np.log(2))


def draw(seed: int, values: str, shares: list[float], rows: int = 1000) -> pd.Series:
    return pd.Series(np.random.default_rng(seed).choice(list(values), rows, p=shares))


def theirs(test: Any, old: pd.Series, new: pd.Series, kind: str = "cat") -> float:
    return float(test(old, new, ColumnType(kind), None).drift_score)


OLD = draw(1, "abc", [0.5, 0.3, 0.2])
WINDOWS = {
    "quiet": draw(2, "abc", [0.5, 0.3, 0.2], 400),
    "moved": draw(3, "abc", [0.3, 0.3, 0.4], 400),
    "with a new value": draw(4, "abcd", [0.4, 0.3, 0.2, 0.1], 400),
    "without an old value": draw(5, "ab", [0.6, 0.4], 400),
}


@pytest.mark.parametrize("name", WINDOWS)
def test_categories_are_as_far_apart_as_evidently_says(name: str) -> None:
    new = WINDOWS[name]
    psi, shannon = drift.PopulationStability().fit(OLD), drift.JensenShannon().fit(OLD)
    assert psi.score(new).statistic == pytest.approx(theirs(psi_stat_test, OLD, new))
    distance = theirs(jensenshannon_stat_test, OLD, new)
    assert shannon.score(new).statistic * NATURAL == pytest.approx(distance)


def test_so_are_numbers_in_the_same_classes() -> None:
    rng = np.random.default_rng(6)
    old, new = rng.normal(70, 30, 1000), rng.normal(80, 30, 400)
    cuts = np.quantile(old, np.linspace(0, 1, 11)[1:-1])
    one, other = (pd.Series(np.searchsorted(cuts, side)).astype(str) for side in (old, new))
    found = drift.PopulationStability().fit(old).score(new)
    assert found.statistic == pytest.approx(theirs(psi_stat_test, one, other))


def test_the_bounds_are_theirs() -> None:
    for ours, evidently in (
        (drift.PopulationStability, psi_stat_test),
        (drift.JensenShannon, jensenshannon_stat_test),
    ):
        assert ours().min_effect == evidently.default_threshold == 0.1


def test_the_share_of_an_empty_class_is_theirs_unless_another_class_has_that_share() -> None:
    new = pd.Series(["a", "d"] * 500)
    for rare, same in ((3, True), (1, False)):
        old = pd.Series(["a"] * 9000 + ["b"] * (1000 - rare) + ["c"] * rare)
        found = drift.PopulationStability().fit(old).score(new).statistic
        assert (abs(found - theirs(psi_stat_test, old, new)) < 1e-9) is same


def test_one_bill_in_cents_hides_all_others_from_classes_of_equal_width() -> None:
    rng = np.random.default_rng(8)
    old, new = pd.Series(rng.normal(70, 30, 1000)), pd.Series(rng.normal(90, 30, 1000))
    assert theirs(psi_stat_test, old, new, "num") > 0.1
    new[0] *= 100
    assert theirs(psi_stat_test, old, new, "num") < 0.05
    assert drift.PopulationStability().fit(old).score(new).drift
