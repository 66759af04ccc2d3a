"""A postmortem says what tools recorded, and nothing else."""

import re

import pytest

from churn.monitoring.postmortem import QUESTIONS, Facts, Timeline, facts, render
from churn.monitoring.slo import Count, Objective

PROMISE = Objective("coverage", "the model decided", 0.99)


@pytest.fixture
def timeline() -> Timeline:
    """Bad from minute 3 to 7; paged at 5, first step at 6."""
    kept = Timeline(PROMISE)
    for minute in range(10):
        kept.counted(minute, Count(40 if 3 <= minute <= 7 else 0, 100))
    kept.record(5, "alerting", "page: coverage")
    kept.record(6, "runbook", "step 1: ready? | yes")
    return kept


def test_facts_follow_from_entries(timeline: Timeline) -> None:
    assert facts(timeline) == Facts(began=3, detected=5, acted=6, over=8, bad=200, total=500)


def test_the_text_has_these_facts_and_no_other_figures(timeline: Timeline) -> None:
    text = render("store down", timeline, Count(0, 100_000))
    assert "200 of 500 events were bad, which is 20.0% of the error budget of 30 days" in text
    assert "| began | detected | 2 |" in text
    assert "| detected | first step | 1 |" in text
    assert "| began | over | 5 |" in text
    assert r"| 6 | runbook | step 1: ready? \| yes |" in text
    assert all(question in text for question in QUESTIONS)
    known = {"200", "500", "20", "0", "30", "2", "1", "5", "3", "6", "8"}
    assert set(re.findall(r"\d+", text)) <= known


def test_what_was_not_recorded_is_not_made_up() -> None:
    going_on = Timeline(PROMISE, counts={1: Count(0, 10), 2: Count(9, 10)})
    assert facts(going_on) == Facts(2, None, None, None, 9, 10)
    text = render("still on", going_on, Count(0, 1000))
    assert text.count("not recorded") == 4
    assert facts(Timeline(PROMISE)) == Facts(None, None, None, None, 0, 0)


def test_only_tools_write_and_nothing_is_written_over(timeline: Timeline) -> None:
    with pytest.raises(ValueError, match="writes no timeline"):
        timeline.record(1, "Bob", "restarted it")
    with pytest.raises(ValueError, match="what was seen"):
        timeline.record(1, "metrics", " ")
    with pytest.raises(ValueError, match="counted already"):
        timeline.counted(3, Count(0, 100))
