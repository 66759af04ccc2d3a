"""What a monitor looks at: its truth is what its data show."""

import math

import numpy as np
import pandas as pd
import pytest

from churn.data import load
from coursekit.exercises import watching

RNG = np.random.default_rng
POOL = load("synthetic", n=2000, seed=2)
TERMS = {"missed_day": 10.0, "false_page": 3.0}


@pytest.mark.parametrize("change", watching.CHANGES)
def test_one_column_of_a_window_changes(change: str) -> None:
    for one in watching.windows(RNG(1), POOL, 5, change, rows=(2000, 2001)):
        old, new = one["reference"], one["window"]
        assert list(old) == list(new)
        assert one["column"] in old
        a, b = old[one["column"]], new[one["column"]]
        shown = {
            "place": lambda a=a, b=b: abs(b.mean() - a.mean()) > 0.5 * a.std(),
            "spread": lambda a=a, b=b: abs(math.log(b.std() / a.std())) > 0.6,
            "share": lambda a=a, b=b: (b == a.mode()[0]).mean() > (a == a.mode()[0]).mean() + 0.1,
            "new": lambda a=a, b=b: (b == "not given").mean() > 0.08,
            "missing": lambda a=a, b=b: b.isna().mean() > a.isna().mean() + 0.12,
        }
        assert shown[change]()


def test_quiet_windows_come_from_the_same_customers() -> None:
    for one in watching.windows(RNG(2), POOL, 5, rows=(2000, 2001)):
        old, new = one["reference"], one["window"]
        assert one["column"] is None
        for name in set(old) & set(watching.NUMBERS):
            assert abs(old[name].mean() - new[name].mean()) < 0.15 * old[name].std()


def days(values: list[float], trouble: list[int]) -> pd.DataFrame:
    return pd.DataFrame({"value": values, "trouble": np.array(trouble, dtype=bool)})


@pytest.mark.parametrize(
    ("window", "above", "cost"),
    [
        (1, math.inf, 30),  # three days of trouble, and nobody knows
        (1, 5, 10 + 3),  # a false page on the second day, a right one at once
        (1, 7, 20),  # on the second day of trouble
        (2, 6, 20),  # the mean of 5 and 8 comes on the second day
        (1, 0, 10 + 4 * 3),  # a page on every other day
        (30, 0, 30),  # there are never so many values
    ],
)
def test_costs_by_hand(window: int, above: float, cost: float) -> None:
    table = days([1, 6, 1, 5, 8, 9, 1], [0, 0, 0, 1, 1, 1, 0])
    assert watching.costs(table, {"window": window, "above": above}, TERMS) == cost


def test_the_mean_begins_anew_after_a_page() -> None:
    table = days([9, 0, 9, 9, 0], [0, 0, 0, 0, 0])
    # Pages on day 0 need one value each; of two values only days 2 and 3 together reach 9.
    assert watching.costs(table, {"window": 1, "above": 9}, TERMS) == 9
    assert watching.costs(table, {"window": 2, "above": 9}, TERMS) == 3
    assert watching.costs(table, {"window": 2, "above": 4.5}, TERMS) == 6


def test_who_knows_pays_the_first_day_of_each_trouble() -> None:
    table = days([0.0] * 6, [1, 1, 0, 1, 0, 0])
    assert watching.least_costs(table, TERMS) == 20
    (one,) = watching.services(RNG(3), 1)
    never = watching.costs(one["future"], watching.NEVER, one["terms"])
    assert never == one["future"]["trouble"].sum() * one["terms"]["missed_day"]
    assert watching.saved([one], [watching.NEVER]) == 0
    assert len(one["future"]) == 2 * len(one["history"])


def test_trouble_is_as_rare_as_asked_for() -> None:
    def begins(between: tuple[float, float]) -> float:
        made = watching.services(RNG(6), 20, between=between)
        return float(
            np.mean([one["future"]["trouble"].astype(int).diff().eq(1).sum() for one in made])
        )

    assert begins((200, 400)) < 5 < 10 < begins((30, 90))


def test_an_estimate_has_an_off_and_a_threshold_of_those_asked_for() -> None:
    made = watching.estimates(RNG(7), 30, off=(0.02, 0.15), threshold=(0.05, 0.15))
    assert {one["terms"]["off"] for one in made} == {0.02, 0.15}
    assert all(0.05 <= one["terms"]["threshold"] <= 0.15 for one in made)
    assert {one["terms"]["off"] for one in watching.estimates(RNG(7), 3)} == {0.06}


def test_half_of_the_estimates_are_right_for_all_labels() -> None:
    made = watching.estimates(RNG(4), 100)
    worth = [watching.believing_brings(one) for one in made]
    assert 40 <= sum(dollars > 0 for dollars in worth) <= 85
    for one, dollars in zip(made, worth, strict=True):
        chosen = one["scores"] >= one["terms"]["threshold"]
        assert one["terms"]["estimate"] == pytest.approx(one["scores"][chosen].mean())
        off = abs(one["terms"]["estimate"] - one["true"]) > one["terms"]["off"]
        assert dollars == (-one["terms"]["loses"] if off else one["terms"]["saves"])


def test_a_worse_slice_is_worse_by_what_is_said() -> None:
    for one in watching.sliced(RNG(5), 10, worse=True, rows=(20_000, 20_001)):
        true, error = one["true"], one["error"]
        inside = one["table"][true["column"]] == true["value"]
        shown = error[inside].mean() - error[~inside].mean()
        noise = error.std() / math.sqrt(len(error) * inside.mean() * (1 - inside.mean()))
        assert abs(shown - true["excess"]) < 3.5 * noise
    assert all(one["true"] is None for one in watching.sliced(RNG(5), 3, worse=False))
