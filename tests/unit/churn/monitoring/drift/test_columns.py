"""Many columns, many chances of a false alarm: counted, corrected, and still awake."""

from typing import Literal

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from churn.monitoring import drift
from churn.monitoring.drift import DriftError, compare_columns


def quiet(rng: np.random.Generator, rows: int = 80, columns: int = 20) -> pd.DataFrame:
    return pd.DataFrame(rng.normal(size=(rows, columns))).add_prefix("c")


def test_without_a_correction_most_tables_raise_an_alarm_and_with_one_few_do() -> None:
    rng = np.random.default_rng(0)
    found = [compare_columns(quiet(rng), quiet(rng), correction="none") for _ in range(30)]
    alarms = {
        name: sum((drift.adjust(one["p_value"], name) <= 0.05).any() for one in found)
        for name in ("none", "bonferroni", "holm", "fdr_bh")
    }
    assert alarms["none"] >= 12
    assert max(alarms["bonferroni"], alarms["holm"], alarms["fdr_bh"]) <= 4


def test_a_planted_column_is_found_among_twenty_and_stands_first() -> None:
    rng = np.random.default_rng(1)
    old, new = quiet(rng, 300), quiet(rng, 300)
    new["c7"] += 0.5
    found = compare_columns(old, new)
    assert list(found.index[found["drift"]]) == ["c7"]
    assert found.index[0] == "c7"
    assert not compare_columns(old, new, min_effect=0.5)["drift"].any()


@pytest.mark.parametrize("name", ["bonferroni", "holm", "fdr_bh"])
def test_corrections_are_those_of_statsmodels(
    name: Literal["bonferroni", "holm", "fdr_bh"],
) -> None:
    values = np.random.default_rng(5).random(15) ** 4
    values[3] = values[7]
    assert drift.adjust(values, name) == pytest.approx(multipletests(values, method=name)[1])


def test_holm_is_never_stricter_than_bonferroni_and_fdr_never_than_holm() -> None:
    values = np.random.default_rng(2).random(12) ** 3
    none, bonferroni, holm, fdr = (
        drift.adjust(values, name) for name in ("none", "bonferroni", "holm", "fdr_bh")
    )
    assert (none == values).all()
    assert (bonferroni >= holm).all()
    assert (holm >= fdr).all()
    assert (fdr >= none).all()
    assert (bonferroni == np.minimum(1, values * 12)).all()
    assert holm[np.argmin(values)] == pytest.approx(bonferroni.min())


def test_gaps_have_a_row_of_their_own_and_a_column_may_be_gone_altogether() -> None:
    rng = np.random.default_rng(3)
    old, new = quiet(rng, 200, 3), quiet(rng, 200, 3)
    new.loc[:40, "c1"] = np.nan
    found = compare_columns(old, new)
    assert found.loc["c1 (missing)", "drift"]
    assert found.loc["c1 (missing)", "test"] == "Fisher"
    assert not found.loc["c1", "drift"]
    new["c1"] = np.nan
    assert "c1" not in compare_columns(old, new).index
    with pytest.raises(DriftError, match=r"lacks the column.s. c0, c2"):
        compare_columns(old, new[["c1"]])
    with pytest.raises(DriftError, match="at least 2"):
        compare_columns(old, new.head(0))


def test_few_different_numbers_are_categories_and_other_detectors_may_be_asked() -> None:
    rng = np.random.default_rng(4)
    old = quiet(rng, 100, 1).assign(senior=rng.integers(0, 2, 100), still=5)
    new = quiet(rng, 100, 1).assign(senior=rng.integers(0, 2, 100), still=6)
    found = compare_columns(old, new, number=drift.MannWhitney)
    assert dict(found["test"]) == {
        "c0": "MannWhitney",
        "senior": "ChiSquared",
        "still": "ChiSquared",
    }
    assert list(found.index[found["drift"]]) == ["still"]
    with pytest.raises(DriftError, match="no p-value"):
        compare_columns(old, new, number=drift.PopulationStability)
