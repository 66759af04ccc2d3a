"""Honest traffic is what its docstring says, and follows from its seed."""

import pandas as pd
import pytest

from churn.schema import ID
from coursekit.exercises.service_traffic import attack, honest, together


def test_the_seed_decides() -> None:
    pd.testing.assert_frame_equal(honest(3, days=2), honest(3, days=2))
    assert not honest(3, days=2).equals(honest(4, days=2))


def test_clients_are_what_is_said_of_them() -> None:
    asked = honest(0)
    assert set(asked["client"]) == {"call center", "shop", "nightly job"}
    assert asked["at"].is_monotonic_increasing
    assert asked["at"].dt.normalize().nunique() == 21
    center = asked[asked["client"] == "call center"]
    assert 0.01 < (~center["known"]).mean() < 0.03
    assert center["at"].dt.hour.between(8, 18).all()
    assert center.loc[~center["known"], ID].duplicated().mean() < 0.1
    versions = asked[asked["client"] == "shop"]["given"].nunique()
    assert versions == 8


def test_attacks_are_as_large_as_asked() -> None:
    for kind in ("guesses ids", "varies a field", "asks at night", "varies slowly"):
        made = attack(kind, 30)
        assert (len(made), set(made["client"])) == (30, {"call center"})
    assert attack("varies a field", 30).groupby(ID)["given"].nunique().tolist() == [30]
    assert attack("asks at night", 30)["at"].dt.hour.between(2, 3).all()
    assert attack("guesses ids", 1000)["known"].mean() == pytest.approx(0.01, abs=0.01)


def test_together_is_in_the_order_of_time() -> None:
    both = together(honest(0, days=22), attack("asks at night", 5))
    assert both["at"].is_monotonic_increasing
