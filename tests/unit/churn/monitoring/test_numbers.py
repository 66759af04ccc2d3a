"""What arithmetic does not survive is counted, by column."""

import numpy as np
import pandas as pd

from churn.monitoring.numbers import changed, numbers

GOOD = pd.DataFrame({"bill": [20.0, 70.25, 0.0], "tenure": [1, 2, 3], "name": ["a", "b", "c"]})
BAD = pd.DataFrame({"bill": [np.nan, np.inf, -1e39, 1e-40, 5e-324, -70.0], "tenure": range(6)})


def test_each_kind_is_counted_once() -> None:
    assert list(numbers(BAD).loc["bill"]) == [1, 1, 1, 2, 1e39]
    assert list(numbers(GOOD).loc["bill"]) == [0, 0, 0, 0, 70.25]
    assert numbers(GOOD).index.tolist() == ["bill", "tenure"]


def test_nothing_is_nothing() -> None:
    assert numbers(GOOD[["name"]]).empty
    assert list(numbers(GOOD[:0]).loc["bill"]) == [0, 0, 0, 0, 0.0]


def test_what_was_never_there_is_named() -> None:
    assert changed(GOOD, GOOD) == []
    said = changed(BAD, GOOD)
    assert [one.split(":")[0] for one in said] == ["bill"] * 5
    assert "1 missing" in said[0]
    assert changed(BAD, BAD) == []


def test_a_unit_that_grows_is_named() -> None:
    cents = GOOD.assign(bill=GOOD["bill"] * 100)
    assert changed(cents, GOOD) == ["bill: up to 7025, more than 10 times before"]
    assert changed(GOOD.assign(bill=GOOD["bill"] * 10), GOOD) == []
