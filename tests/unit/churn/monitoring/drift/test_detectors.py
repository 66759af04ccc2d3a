"""Each detector: quiet on exchangeable windows, awake on the change it is for, clear on bad data."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.linear_model import LogisticRegression

from churn.monitoring import drift
from churn.monitoring.drift import Detector, DriftError

Draw = Callable[[np.random.Generator, int], Any]


def number(rng: np.random.Generator, rows: int, place: float = 0, spread: float = 1) -> pd.Series:
    return pd.Series(place + spread * rng.normal(size=rows), name="bill")


def category(rng: np.random.Generator, rows: int, share: float = 0.3) -> pd.Series:
    left = 1 - share
    return pd.Series(rng.choice(["a", "b", "c"], rows, p=[share, left / 2, left / 2]), name="plan")


def yes_no(rng: np.random.Generator, rows: int, share: float = 0.3) -> pd.Series:
    return pd.Series(rng.random(rows) < share, name="phone")


def table(
    rng: np.random.Generator, rows: int, place: float = 0, tied: bool = False
) -> pd.DataFrame:
    """Two numbers that are apart in the reference; ``tied`` keeps each as it is and binds them."""
    x = number(rng, rows, place)
    y = x + rng.normal(size=rows) / 5 if tied else number(rng, rows)
    return pd.DataFrame({"x": x, "y": y, "plan": category(rng, rows)})


def chance(rows: pd.DataFrame) -> Any:
    """A model: the higher x, the likelier."""
    return 1 / (1 + np.exp(-rows["x"]))


class KnowsLabels(drift.BlackBoxShift):
    """Draws the labels of a reference itself, so that it is used as the others are."""

    def fit(self, reference: Any, labels: Any = None) -> Any:
        rng = np.random.default_rng(len(reference))
        return super().fit(reference, rng.random(len(reference)) < chance(reference))


TESTS: dict[str, tuple[Callable[[], Detector[Any]], Draw, Draw]] = {
    "KS": (drift.KolmogorovSmirnov, number, lambda r, n: number(r, n, 0.4)),
    "CvM": (drift.CramerVonMises, number, lambda r, n: number(r, n, 0.4)),
    "Mann-Whitney": (drift.MannWhitney, number, lambda r, n: number(r, n, 0.4)),
    "Levene": (drift.Levene, number, lambda r, n: number(r, n, spread=1.6)),
    "chi-squared": (drift.ChiSquared, category, lambda r, n: category(r, n, 0.5)),
    "Fisher": (drift.Fisher, yes_no, lambda r, n: yes_no(r, n, 0.5)),
    "MMD": (
        lambda: drift.MaximumMeanDiscrepancy(permutations=39),
        table,
        lambda r, n: table(r, n, 0.8),
    ),
    "LSDD": (
        lambda: drift.LeastSquaresDensityDifference(permutations=39),
        table,
        lambda r, n: table(r, n, 1),
    ),
    "classifier": (
        lambda: drift.TwoSampleClassifier(model=LogisticRegression()),
        table,
        lambda r, n: table(r, n, 1),
    ),
    "uncertainty": (
        lambda: drift.ClassifierUncertainty(chance),
        table,
        lambda r, n: table(r, n, 1.5),
    ),
    "black box": (lambda: KnowsLabels(chance), table, lambda r, n: table(r, n, 0.8)),
}
DISTANCES: dict[str, tuple[Callable[[], Detector[Any]], Draw, Draw]] = {
    "PSI": (drift.PopulationStability, number, lambda r, n: number(r, n, 0.8)),
    "PSI of categories": (drift.PopulationStability, category, lambda r, n: category(r, n, 0.6)),
    "Jensen-Shannon": (drift.JensenShannon, number, lambda r, n: number(r, n, 0.8)),
    "ADWIN": (drift.AdaptiveWindow, number, lambda r, n: number(r, n, 1)),
}
ROWS = 120


def p_values(make: Callable[[], Detector[Any]], old: Draw, new: Draw, windows: int) -> list[float]:
    rng = np.random.default_rng(7)
    pairs = ((old(rng, ROWS), new(rng, ROWS)) for _ in range(windows))
    found = [make().fit(one).score(other).p_value for one, other in pairs]
    return [value for value in found if value is not None]


def against_uniform(values: list[float]) -> float:
    """How likely it is that values as low as these come from a test without drift."""
    return float(stats.kstest(values, "uniform", alternative="greater").pvalue)


@pytest.mark.parametrize("name", TESTS)
def test_without_drift_the_p_values_are_no_lower_than_uniform(name: str) -> None:
    make, quiet, drifted = TESTS[name]
    values = p_values(make, quiet, quiet, windows=60)
    assert len(values) == 60
    assert against_uniform(values) > 0.01
    # Nor is the test asleep: half of them lie below a half, give or take.
    assert 0.3 < np.mean(np.array(values) <= 0.55) < 0.75
    # The same question goes red where there is drift.
    assert against_uniform(p_values(make, quiet, drifted, windows=15)) < 0.001


@pytest.mark.parametrize("name", TESTS | DISTANCES)
def test_it_sees_the_change_that_it_is_for_and_says_no_more_than_once_in_a_while(name: str) -> None:
    make, quiet, drifted = (TESTS | DISTANCES)[name]
    rng = np.random.default_rng(3)
    # A distance between samples without drift is not 0, and has a fixed bound: more rows.
    rows = 500 if name in TESTS else 2000
    detector = make().fit(quiet(rng, rows))
    assert detector.score(drifted(rng, rows)).drift
    assert sum(detector.score(quiet(rng, rows)).drift for _ in range(4)) <= 1


@pytest.mark.parametrize("name", TESTS | DISTANCES)
def test_a_verdict_is_the_same_each_time_and_whatever_was_scored_before(name: str) -> None:
    make, quiet, drifted = (TESTS | DISTANCES)[name]
    rng = np.random.default_rng(4)
    detector, window = make().fit(quiet(rng, 100)), quiet(rng, 80)
    first = detector.score(window)
    detector.score(drifted(rng, 100))
    assert detector.score(window) == first


@pytest.mark.parametrize("name", ["MMD", "LSDD"])
def test_whole_rows_show_what_no_column_shows(name: str) -> None:
    rng = np.random.default_rng(15)
    old, new = table(rng, 300), table(rng, 300, tied=True)
    assert not drift.compare_columns(old, new)["drift"].any()
    make = TESTS[name][0]
    assert make().fit(old).score(new).drift
    assert drift.TwoSampleClassifier().fit(old).score(new).drift


def test_a_linear_classifier_is_blind_to_spread_and_trees_are_not() -> None:
    rng = np.random.default_rng(6)
    old, new = (pd.DataFrame({"x": number(rng, 800, spread=s)}) for s in (1, 2))
    linear = drift.TwoSampleClassifier(model=LogisticRegression())
    assert (
        linear.fit(old).score(new).effect
        < 0.1
        < drift.TwoSampleClassifier().fit(old).score(new).effect
    )
    assert drift.MannWhitney().fit(old["x"]).score(new["x"]).effect < 0.1
    assert drift.Levene().fit(old["x"]).score(new["x"]).drift


def test_with_many_rows_only_the_effect_says_that_nothing_matters() -> None:
    rng = np.random.default_rng(8)
    old, new = number(rng, 100_000), number(rng, 100_000, place=0.03)
    found = drift.KolmogorovSmirnov().fit(old).score(new)
    assert found.p_value is not None
    assert found.p_value < 0.001
    assert found.drift
    mended = drift.KolmogorovSmirnov(min_effect=0.1).fit(old)
    assert not mended.score(new).drift
    assert mended.score(number(rng, 100_000, place=0.4)).drift


def test_black_box_shift_estimates_the_share_when_only_the_share_moves() -> None:
    rng = np.random.default_rng(9)

    def customers(share: float, rows: int = 20_000) -> tuple[pd.DataFrame, Any]:
        y = rng.random(rows) < share
        return pd.DataFrame({"x": rng.normal(np.where(y, 1.0, -1.0))}), y.astype(int)

    (old, labels), (new, _) = customers(0.2), customers(0.35)
    found = drift.BlackBoxShift(chance).fit(old, labels).score(new)
    assert found.drift
    assert found.statistic == pytest.approx(0.35, abs=0.02)
    assert found.effect == pytest.approx(0.15, abs=0.025)
    # Inputs that move while the share stays mislead the estimate.
    moved, _ = customers(0.2)
    assert drift.BlackBoxShift(chance).fit(old, labels).score(moved + 0.7).statistic > 0.3


numbers = st.lists(st.integers(-1000, 1000), min_size=5, max_size=40).map(
    lambda values: np.array(values, dtype=float)
)


@settings(max_examples=25, deadline=None)
@given(old=numbers, new=numbers, scale=st.sampled_from([0.25, 8.0]), seed=st.integers(0, 99))
def test_neither_the_unit_nor_the_order_of_rows_matters(
    old: Any, new: Any, scale: float, seed: int
) -> None:
    shuffled = np.random.default_rng(seed).permutation(new)
    for kind in (
        drift.KolmogorovSmirnov,
        drift.CramerVonMises,
        drift.MannWhitney,
        drift.Levene,
        drift.PopulationStability,
        drift.JensenShannon,
    ):
        plain = kind().fit(old).score(new)
        other = kind().fit(old * scale + 16).score(shuffled * scale + 16)
        assert other.statistic == pytest.approx(plain.statistic, abs=1e-9)
        assert other.p_value == pytest.approx(plain.p_value, abs=1e-9)
        assert other.effect == pytest.approx(plain.effect, abs=1e-9)
        assert plain.effect >= 0
        same = kind().fit(old).score(old)
        assert same.effect == pytest.approx(0, abs=1e-6)
        assert not same.drift


@settings(max_examples=25, deadline=None)
@given(
    old=st.lists(st.sampled_from("abc"), min_size=3, max_size=40),
    new=st.lists(st.sampled_from("abcd"), min_size=3, max_size=40),
)
def test_the_names_of_categories_do_not_matter(old: list[str], new: list[str]) -> None:
    names = {"a": "z", "b": "none", "c": "", "d": "m"}
    for kind in (drift.ChiSquared, drift.PopulationStability, drift.JensenShannon):
        plain = kind().fit(old).score(new)
        other = kind().fit([names[v] for v in old]).score([names[v] for v in new][::-1])
        assert other.statistic == pytest.approx(plain.statistic, abs=1e-9)
        assert other.p_value == pytest.approx(plain.p_value, abs=1e-9)


@pytest.mark.parametrize("name", ["MMD", "LSDD"])
def test_the_unit_of_a_column_does_not_matter_to_whole_rows(name: str) -> None:
    rng, make = np.random.default_rng(10), TESTS[name][0]
    old, new = table(rng, 60), table(rng, 60)
    cents = [one.assign(x=one["x"] * 64 + 32) for one in (old, new)]
    plain, other = make().fit(old).score(new), make().fit(cents[0]).score(cents[1])
    assert other.p_value == plain.p_value
    assert other.statistic == pytest.approx(plain.statistic)
    # In the window alone, a new unit is drift.
    assert make().fit(old).score(cents[1]).drift


NUMBERS = [drift.KolmogorovSmirnov, drift.CramerVonMises, drift.MannWhitney, drift.Levene]


@pytest.mark.parametrize("kind", [*NUMBERS, drift.AdaptiveWindow, drift.PopulationStability])
def test_numbers_that_cannot_be_judged_get_one_clear_sentence(kind: Any) -> None:
    good = np.arange(20.0)
    for bad, words in (
        ([], "is empty"),
        ([1.0, None, 2.0], "1 missing value"),
        ([1.0, np.inf], "infinite"),
    ):
        column = pd.Series(bad, dtype=float, name="bill")
        with pytest.raises(DriftError, match=f"window 'bill' .*{words}"):
            kind().fit(good).score(column)
        with pytest.raises(DriftError, match=words):
            kind().fit(column)


@pytest.mark.parametrize("kind", [*NUMBERS, drift.AdaptiveWindow, drift.PopulationStability])
def test_a_constant_column_has_a_defined_result(kind: Any) -> None:
    still, moved = np.full(60, 3.0), np.full(60, 4.0)
    same = kind().fit(still).score(still)
    assert (same.effect, same.drift) == (0, False)
    assert kind().fit(still).score(moved).drift is (kind is not drift.Levene)


def test_two_columns_without_spread_inside_differ_in_spread() -> None:
    found = drift.Levene().fit([1.0, 3.0] * 5).score([0.0, 4.0] * 5)
    assert found.drift
    assert found.effect == pytest.approx(1 / 3)


def test_an_unseen_category_and_a_missing_one_are_categories() -> None:
    old, new = pd.Series(["a", "b"] * 50), pd.Series(["a", "b"] * 40 + ["new", None] * 10)
    for kind in (drift.ChiSquared, drift.JensenShannon, drift.PopulationStability):
        assert kind().fit(old).score(new).drift
    with pytest.raises(DriftError, match="these are 4: use ChiSquared"):
        drift.Fisher().fit(old).score(new)
    assert drift.Fisher().fit(old.str.replace("b", "a")).score(["a"]).p_value == 1
    for other in (drift.ChiSquared, drift.Fisher):
        with pytest.raises(DriftError, match="empty"):
            other().fit(old).score([])


def test_whole_rows_take_gaps_and_unseen_values_and_say_what_they_cannot_take() -> None:
    rng = np.random.default_rng(11)
    old, new = table(rng, 200), table(rng, 200)
    new.loc[:180, "plan"] = "unseen"
    gaps = table(rng, 200)
    gaps["x"] = np.nan
    for name in ("MMD", "LSDD", "classifier"):
        detector = TESTS[name][0]().fit(old)
        assert detector.score(new).drift
        assert detector.score(gaps).drift
        with pytest.raises(DriftError, match=r"lacks the column.s. y"):
            detector.score(new.drop(columns="y"))
        with pytest.raises(DriftError, match=r"1 row.s.: at least 2"):
            detector.score(new.head(1))
        with pytest.raises(DriftError, match="column x holds an infinite"):
            detector.score(new.assign(x=np.inf))
        with pytest.raises(DriftError, match="column x holds no numbers"):
            detector.score(new.assign(x="a"))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: drift.KolmogorovSmirnov(level=0), "level must lie"),
        (lambda: drift.KolmogorovSmirnov(min_effect=-1), "cannot be negative"),
        (lambda: drift.KolmogorovSmirnov().score([1.0]), "has no reference yet"),
        (lambda: drift.KolmogorovSmirnov().fit(["a"]), "no column of numbers"),
        (lambda: drift.KolmogorovSmirnov().fit([[1.0]]), "must be one column"),
        (lambda: drift.PopulationStability(bins=1), "at least 2"),
        (lambda: drift.JensenShannon().fit([1.0, 2.0]).score(["a"]), "both be numbers"),
        (lambda: drift.MaximumMeanDiscrepancy(permutations=10), "at least 19"),
        (lambda: drift.MaximumMeanDiscrepancy(max_rows=1), "at least 10"),
        (lambda: drift.LeastSquaresDensityDifference().fit(np.eye(5)), "20 at least"),
        (lambda: drift.TwoSampleClassifier().fit(np.eye(3)).score(np.eye(3)), "4 rows"),
        (lambda: drift.TwoSampleClassifier().fit(pd.DataFrame(index=range(9))), "no column"),
    ],
)  # fmt: skip
def test_wrong_use_gets_one_clear_sentence(make: Callable[[], Any], words: str) -> None:
    with pytest.raises(DriftError, match=words):
        make()


def test_what_a_model_must_give() -> None:
    rows = pd.DataFrame({"x": np.linspace(-2, 2, 40)})
    labels = (rows["x"] > 0).astype(int)
    for predict, words in (
        (lambda t: t["x"], "not all between 0 and 1"),
        (lambda t: np.zeros((len(t), 2)), "40 probabilities .* shape .40, 2."),
    ):
        with pytest.raises(DriftError, match=words):
            drift.ClassifierUncertainty(predict).fit(rows)
    with pytest.raises(DriftError, match="empty"):
        drift.ClassifierUncertainty(chance).fit(rows).score(rows[:0])
    for y, words in (
        (None, "a 0 or a 1"),
        (labels[:5], "a 0 or a 1"),
        (labels + 1, "a 0 or a 1"),
        (labels * 0, "all the same"),
    ):
        with pytest.raises(DriftError, match=words):
            drift.BlackBoxShift(chance).fit(rows, y)
    with pytest.raises(DriftError, match="choose one that tells them apart"):
        drift.BlackBoxShift(chance, threshold=0).fit(rows, labels)
