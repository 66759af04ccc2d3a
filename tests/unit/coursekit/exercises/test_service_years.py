"""Three years of counts, and the truth about them."""

import datetime as dt
import itertools

import pandas as pd
import pytest

from coursekit.exercises.service_years import STEP, USUAL_ERRORS, ServiceYears, service_years


@pytest.fixture(scope="module")
def years() -> ServiceYears:
    return service_years(5, months=12)


def test_every_five_minutes_are_counted_and_the_same_seed_is_the_same(years: ServiceYears) -> None:
    assert len(years.counts) == 365 * 288
    assert (years.counts["bad"] <= years.counts["total"]).all()
    pd.testing.assert_frame_equal(service_years(5, months=12).counts, years.counts)
    assert not service_years(6, months=12).counts.equals(years.counts)


def test_what_was_planted_can_be_seen_in_the_counts(years: ServiceYears) -> None:
    calm = pd.Series(True, index=years.counts.index)
    seen = set()
    for trouble, kind in zip(years.troubles, years.kinds, strict=True):
        rows = years.counts[trouble.start : trouble.end - dt.timedelta(seconds=1)]
        calm[rows.index] = False
        share = rows["bad"].sum() / rows["total"].sum()
        if kind == "fast burn":
            assert share > 0.05
        seen.add(kind)
        if trouble.deserves is None:
            assert trouble.end - trouble.start == STEP
    assert seen == {"fast burn", "medium burn", "slow burn", "release", "odd client"}
    usual = years.counts[calm]
    assert usual["bad"].sum() / usual["total"].sum() == pytest.approx(USUAL_ERRORS, rel=0.1)


def test_troubles_that_somebody_should_know_about_do_not_meet(years: ServiceYears) -> None:
    serious = [one for one in years.troubles if one.deserves]
    for one, other in itertools.pairwise(serious):
        assert other.start - one.end >= dt.timedelta(hours=23)
