"""Contacts are counted as a person would, and the stated model of fatigue does what it states."""

import numpy as np
import pytest

from churn.metrics import Campaign
from churn.monitoring.contacts import Fatigue, campaign_rounds, load, responses

CAMPAIGN = Campaign()
FRESH = Fatigue(wear=1.0, annoyance=0.0)


def test_contacts_are_counted_within_the_memory() -> None:
    contacts = np.array([[1, 0, 1, 1, 0, 0, 0]], dtype=bool)
    assert load(contacts, 2).tolist() == [[0, 1, 1, 1, 2, 1, 0]]
    assert load(contacts, 9).tolist() == [[0, 1, 1, 2, 3, 3, 3]]


def test_load_agrees_with_counting() -> None:
    contacts = np.random.default_rng(0).random((50, 9)) < 0.4
    for memory in (1, 3, 20):
        counted = [
            [row[max(0, n - memory) : n].sum() for n in range(9)] for row in contacts.astype(int)
        ]
        assert load(contacts, memory).tolist() == counted


def test_responses_fall_where_they_fall() -> None:
    earlier = np.array([[0, 0, 1, 1]])
    contacted = np.array([[True, True, True, False]])
    accepted = np.array([[True, False, False, True]])
    found = responses(earlier, contacted, accepted)
    assert found["contacts"].tolist() == [2, 1]
    assert found["share"].tolist() == [0.5, 0.0]


def test_one_round_is_the_campaign() -> None:
    p = np.array([0.1, 0.3, 0.9])
    done = campaign_rounds(p, CAMPAIGN, FRESH, rounds=1)
    expected = (p * CAMPAIGN.value_of_leaver + (1 - p) * CAMPAIGN.value_of_stayer)[1:].sum()
    assert done.dollars == pytest.approx(expected)
    assert (done.contacts, done.driven_out) == (2, 0)
    assert done.contacted.tolist() == [[False], [True], [True]]


def test_a_second_round_by_hand() -> None:
    p, fatigue = np.array([0.5]), Fatigue(wear=0.5, annoyance=0.1, memory=1)
    one = campaign_rounds(p, CAMPAIGN, fatigue, rounds=1)
    two = campaign_rounds(p, CAMPAIGN, fatigue, rounds=2)
    there, leaving, success = 0.5 + 0.5 * 0.4, 0.6, 0.2
    kept = leaving * success
    gain = kept * 400 - 5 - 40 * (1 - leaving + kept) - 0.1 * 400
    assert two.dollars - one.dollars == pytest.approx(there * gain)
    assert two.driven_out == pytest.approx(there * 0.1)


def test_a_cap_holds_and_is_forgotten() -> None:
    done = campaign_rounds(np.array([0.9, 0.1]), CAMPAIGN, Fatigue(memory=2), cap=1, rounds=7)
    assert done.contacted.tolist() == [[True, False, False, True, False, False, True], [False] * 7]
    assert campaign_rounds(np.array([0.9]), CAMPAIGN, FRESH, cap=0).dollars == 0


def test_without_fatigue_a_cap_costs_and_with_it_the_cap_pays() -> None:
    p = np.random.default_rng(0).beta(1, 6, 2000)
    for fatigue, better in ((FRESH, None), (Fatigue(wear=0.4, annoyance=0.02), 1)):
        dollars = {cap: campaign_rounds(p, CAMPAIGN, fatigue, cap).dollars for cap in (1, None)}
        assert max(dollars, key=lambda cap: dollars[cap]) == better


@pytest.mark.parametrize("wrong", [{"wear": 1.1}, {"annoyance": -0.1}, {"memory": 0}])
def test_what_is_no_fatigue_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="wear and annoyance"):
        Fatigue(**wrong)  # type: ignore[arg-type]
