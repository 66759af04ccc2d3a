"""An alert names an action, is sent once, and has a cost when missed and when false."""

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest

from churn.monitoring.alerts import (
    Action,
    Alert,
    Costs,
    Trouble,
    alerts,
    judge,
    steps,
)
from churn.monitoring.burn_rate import FEW_AT_NIGHT, WORKBOOK, Rule
from churn.monitoring.slo import Objective
from coursekit.exercises.service_years import ServiceYears, service_years

PROMISE = Objective("availability", "answered", 0.999)
ACTION = Action("Look at /ready.", "deploy/runbooks/availability.md", "on call")
START = pd.Timestamp("2025-01-01")
#: Not those on which the policy was chosen (see benchmarks/alerts.py).
SEEDS = range(1000, 1006)


def at(hours: float) -> pd.Timestamp:
    return START + dt.timedelta(hours=hours)


def counts(*spells: tuple[float, float, float], days: int = 4) -> pd.DataFrame:
    """1,000 requests in five minutes; each spell: its first and last hour, its share of errors."""
    times = pd.date_range(START, periods=days * 288, freq="5min")
    frame = pd.DataFrame({"total": 1000, "bad": 0}, index=times)
    for first, last, share in spells:
        frame.loc[(times >= at(first)) & (times < at(last)), "bad"] = round(1000 * share)
    return frame


@pytest.mark.parametrize("empty", ["first_step", "runbook", "role"])
def test_an_alert_without_an_action_cannot_be(empty: str) -> None:
    with pytest.raises(ValueError, match=f"{empty} is empty"):
        replace(ACTION, **{empty: " "})


def test_one_trouble_is_one_page_whatever_rules_fire() -> None:
    (page,) = alerts(counts((10, 20, 0.5)), PROMISE, WORKBOOK, ACTION)
    assert (page.severity, page.objective, page.action) == ("page", "availability", ACTION)
    assert at(10) < page.at <= at(10.25)


def test_what_comes_again_soon_is_the_same() -> None:
    frame = counts((10, 12, 0.5), (15, 17, 0.5))
    assert len(alerts(frame, PROMISE, WORKBOOK, ACTION)) == 1
    again = alerts(frame, PROMISE, WORKBOOK[:1], ACTION, same=dt.timedelta(hours=1))
    assert [page.at < at(13) for page in again] == [True, False]


def test_a_slow_burn_is_a_ticket_and_nobody_is_woken() -> None:
    (ticket,) = alerts(counts((0, 96, 0.002)), PROMISE, WORKBOOK, ACTION)
    assert ticket.severity == "ticket"


def test_what_a_policy_costs_when_it_misses_and_when_it_is_false() -> None:
    frame = counts((10, 12, 0.5))  # 12,000 bad ones
    hour = dt.timedelta(hours=1)
    serious = Trouble(at(10), at(12), "page", hour)
    harmless = Trouble(at(40), at(41), None, hour)
    costs = Costs(page=100, bad_event=1, repair=hour)
    page = Alert("availability", "page", at(10.25), at(12), ACTION)

    good = judge([page], [serious, harmless], frame, costs)
    assert (good.pages, good.false, good.late, good.missed) == (1, 0, 0, 0)
    assert good.cost == 100 + 1.25 * 12 * 500
    missed = judge([], [serious, harmless], frame, costs)
    assert (missed.missed, missed.cost) == (1, 12_000)
    needless = judge(
        [page, replace(page, at=at(40), until=at(41))], [serious, harmless], frame, costs
    )
    assert (needless.false, needless.cost) == (1, good.cost + 100)
    tired = judge([page], [serious], frame, replace(costs, reacts=0.25))
    assert tired.cost == 100 + 0.25 * 1.25 * 12 * 500 + 0.75 * 12_000
    late = judge([replace(page, at=at(11.5))], [serious, harmless], frame, costs)
    assert (late.late, late.delays, late.cost) == (1, (dt.timedelta(hours=1.5),), 100 + 12_000)


def test_the_share_of_pages_acted_on_is_a_share() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Costs(reacts=1.5)


def test_the_steps_of_a_runbook() -> None:
    text = "# Title\n\n1. **Look. Then wait.** Long.\n\n| a |\n\n2. **Act.** **Bold.**\n3. Plain."
    assert steps(text) == ["Look. Then wait", "Act"]


@pytest.fixture(scope="module")
def histories() -> list[ServiceYears]:
    return [service_years(seed) for seed in SEEDS]


def judged(years: ServiceYears, rules: tuple[Rule, ...]) -> tuple[int, int, int]:
    sent = alerts(years.counts, PROMISE, rules, ACTION)
    found = judge(sent, years.troubles, years.counts, Costs())
    return found.false, found.late, found.missed


def test_in_36_months_at_most_one_false_page_a_year_and_every_burn_in_time(
    histories: list[ServiceYears],
) -> None:
    for seed, years in zip(SEEDS, histories, strict=True):
        false, late, missed = judged(years, FEW_AT_NIGHT)
        assert (false <= 3, late, missed) == (True, 0, 0), seed


def test_what_the_aim_would_say_of_other_policies(histories: list[ServiceYears]) -> None:
    five_minutes = (Rule("page", 1, 1 / 12, 1 / 12),)
    assert all(judged(years, five_minutes)[0] > 1000 for years in histories)
    assert sum(judged(years, WORKBOOK)[0] > 3 for years in histories) > 1
    deaf = tuple(replace(rule, least_bad=100) for rule in WORKBOOK)
    assert sum(sum(judged(years, deaf)[1:]) for years in histories) > 0


def test_three_quiet_years() -> None:
    quiet = service_years(3, quiet=True)
    assert not any(one.deserves for one in quiet.troubles)
    assert judged(quiet, FEW_AT_NIGHT)[0] <= 3
