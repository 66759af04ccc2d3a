"""Messages follow the history, and what is said to stand in them stands there."""

import pandas as pd
import pytest

from churn.simulator import History, load_scenario, simulate_history, simulate_messages
from churn.simulator.messages import MESSAGE_COLUMNS


@pytest.fixture(scope="module")
def quiet() -> History:
    return simulate_history(load_scenario("baseline"))


@pytest.fixture(scope="module")
def rival() -> History:
    return simulate_history(load_scenario("competitor_enters"))


@pytest.fixture(scope="module")
def june(quiet: History) -> pd.DataFrame:
    return simulate_messages(quiet, "2024-06")


def test_a_month_is_the_same_each_time_and_others_differ(
    quiet: History, june: pd.DataFrame
) -> None:
    assert tuple(june.columns) == MESSAGE_COLUMNS
    assert june["message_id"].is_unique
    assert june["customerID"].is_unique
    pd.testing.assert_frame_equal(june, simulate_messages(quiet, "2024-06-12"))
    july = simulate_messages(quiet, "2024-07")
    assert set(july["message_id"]).isdisjoint(june["message_id"])
    assert 300 < len(june) < 700


def test_before_the_incident_both_histories_write_the_same(quiet: History, rival: History) -> None:
    # Whoever leaves within three months already writes more: July is the last month untouched.
    pd.testing.assert_frame_equal(
        simulate_messages(quiet, "2024-07"), simulate_messages(rival, "2024-07")
    )
    assert not simulate_messages(quiet, "2024-11").equals(simulate_messages(rival, "2024-11"))


def test_a_competitor_is_written_about_from_its_first_month_on(rival: History) -> None:
    assert "rival" not in set(simulate_messages(rival, "2024-10")["intent"])
    after = simulate_messages(rival, "2024-11")["intent"]
    assert 0.08 < (after == "rival").mean() < 0.25


def test_a_price_rise_is_written_about() -> None:
    history = simulate_history(load_scenario("price_rise"))
    assert "price" not in set(simulate_messages(history, "2024-11")["intent"])
    assert (simulate_messages(history, "2025-01")["intent"] == "price").any()


def test_who_writes_of_leaving_leaves_more_often(quiet: History, june: pd.DataFrame) -> None:
    left_on = june["customerID"].map(quiet.departures.set_index("customerID")["left_on"])
    left = left_on <= pd.Timestamp("2024-09-30")
    speaks = june["intent"] == "cancel"
    assert left[speaks].mean() > 2 * left[~speaks].mean()


def test_personal_data_stand_where_it_is_said(june: pd.DataFrame) -> None:
    found = [
        (kind, text[start:end])
        for text, places in zip(june["text"], june["personal"], strict=True)
        for kind, start, end in places
    ]
    assert len({kind for kind, _ in found}) == 7
    assert all("@" in value or " at example" in value for kind, value in found if kind == "email")
    assert all(value.startswith("DE") for kind, value in found if kind == "iban")
    assert all(value.strip() == value for _, value in found)
    assert 0.02 < june["toxic"].mean() < 0.15


def test_a_month_outside_the_history_is_refused(quiet: History) -> None:
    with pytest.raises(ValueError, match="no snapshot"):
        simulate_messages(quiet, "2030-01")
