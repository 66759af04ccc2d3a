"""Incidents in other months, and what they spoil."""

import pandas as pd
import pytest

from churn.simulator import redrawn
from churn.simulator.incidents import Incident
from churn.simulator.scenario import Scenario

CENTS = Incident.model_validate(
    {"kind": "unit_change_to_cents", "date": "2024-07-01", "until": "2024-08-01"}
)
RIVAL = Incident.model_validate({"kind": "competitor_enters", "date": "2024-08-01"})
SCENARIO = Scenario(
    name="short", customers=1500, monthly_joins=40, months=9, seed=3, incidents=(CENTS, RIVAL)
)
JULY, AUGUST = pd.Timestamp("2024-07-31"), pd.Timestamp("2024-08-31")


def test_incidents_are_dealt_to_other_months_and_last_as_long() -> None:
    found = {
        seed: redrawn.drawn(SCENARIO, seed, "2024-03-01", "2024-09-30").incidents
        for seed in range(9)
    }
    assert found[1] == redrawn.drawn(SCENARIO, 1, "2024-03-31", "2024-09-01").incidents
    dates = {one.date for incidents in found.values() for one in incidents}
    assert len(dates) > 3
    for cents, rival in found.values():
        assert cents.date != rival.date
        assert cents.until is not None
        assert 28 <= (cents.until - cents.date).days <= 31
        assert rival.until is None
    with pytest.raises(ValueError, match="2 incidents do not fit into 1 months"):
        redrawn.drawn(SCENARIO, 1, "2024-03-01", "2024-03-31")


def test_what_is_spoiled_and_what_is_true() -> None:
    assert redrawn.spoiled(SCENARIO) == {JULY: CENTS}
    assert redrawn.spoiled(SCENARIO, {"unit_change_to_cents"}) == {}
    assert redrawn.truly(SCENARIO).incidents == (RIVAL,)
    stale = Incident.model_validate({"kind": "stale_feed", "date": "2024-07-01", "size": 2})
    twice = Incident.model_validate({"kind": "duplicated_batch", "date": "2024-07-01"})
    assert list(redrawn.spoiled(SCENARIO.model_copy(update={"incidents": (stale,)}))) == [
        JULY,
        AUGUST,
    ]
    assert list(redrawn.spoiled(SCENARIO.model_copy(update={"incidents": (twice,)}))) == [JULY]
