"""Each check finds its pattern, and hardly anything among the honest."""

from collections.abc import Callable

import pandas as pd
import pytest

from churn.monitoring import usage
from churn.schema import ID
from coursekit.exercises import service_traffic

Check = Callable[[pd.DataFrame], pd.DataFrame]


@pytest.fixture(scope="module")
def honest() -> pd.DataFrame:
    return service_traffic.honest(seed=1)


def on(found: pd.DataFrame, day: int = 20) -> set[str]:
    """Clients found on a day."""
    return set(found.loc[found["day"] == service_traffic.START + pd.Timedelta(day, "D"), "client"])


@pytest.mark.parametrize(
    ("kind", "check"),
    [("guesses ids", usage.strangers), ("varies a field", usage.variants),
     ("asks at night", usage.odd_hours)],
)  # fmt: skip
def test_an_attack_is_found_by_its_check_and_only_by_that(
    honest: pd.DataFrame, kind: service_traffic.Attack, check: Check
) -> None:
    attacked = service_traffic.together(honest, service_traffic.attack(kind, 60))
    for one in (usage.strangers, usage.variants):
        assert on(one(honest)) == set()
        assert on(one(attacked)) == ({"call center"} if one is check else set())
    if check is usage.odd_hours:
        assert (on(check(honest)), on(check(attacked))) == (set(), {"call center"})


def test_who_is_patient_is_not_found(honest: pd.DataFrame) -> None:
    attack = service_traffic.attack("varies slowly", 9, day=15)
    attacked = service_traffic.together(honest, attack)
    assert len(attack) == 9
    assert attack.groupby(attack["at"].dt.date).size().tolist() == [3, 3, 3]
    for check in (usage.strangers, usage.variants, usage.odd_hours):
        pd.testing.assert_frame_equal(check(attacked), check(honest))


def test_limits_are_where_they_are_said_to_be() -> None:
    at = pd.Timestamp("2025-03-03 10:00", tz="UTC")
    row = {"client": "a", "at": at, ID: "x", "known": True}
    for versions, expected in ((12, 0), (13, 1)):
        asked = pd.DataFrame([{**row, "given": str(n)} for n in range(versions)] * 2)
        assert len(usage.variants(asked)) == expected
    # Of 100 requests with 3 % mistyped, more than 10 are unknown about once in 5,000 days.
    for unknown, expected in ((10, 0), (12, 1)):
        asked = pd.DataFrame([{**row, "known": n >= unknown, "given": ""} for n in range(100)])
        assert len(usage.strangers(asked)) == expected


def test_two_clients_and_two_days_are_judged_apart() -> None:
    at = pd.Timestamp("2025-03-03 23:30", tz="UTC")
    rows = [
        {"client": client, "at": at + pd.Timedelta(n // 8, "h"), ID: "x", "known": True, "given": str(n)}
        for client in "ab"
        for n in range(16)
    ]  # fmt: skip
    assert usage.variants(pd.DataFrame(rows)).empty
    assert len(usage.variants(pd.DataFrame(rows).assign(client="a", at=at))) == 1


def test_a_day_without_requests_is_a_day() -> None:
    days = [pd.Timestamp("2025-03-03 10:00", tz="UTC") + pd.Timedelta(n, "D") for n in (0, 9)]
    asked = pd.DataFrame({"client": "a", "at": [days[0]] * 5 + [days[1]] * 60})
    found = usage.odd_hours(asked)
    assert found["day"].tolist() == [days[1].floor("D")]
    assert usage.odd_hours(asked[:5]).empty


def test_rows_of_the_evaluation_store_are_read() -> None:
    row = {
        "client": "a", "at": "2025-03-03T10:00:01.5+00:00", "customer_id": "1", "reason": None,
        "known": {"tenure": 3, "gender": "Male"}, "looked_up": ["gender"],
    }  # fmt: skip
    later = {**row, "at": "2025-03-03T10:00:02+00:00", "reason": "unknown_customer", "known": {}}
    asked = usage.requests([later, row])
    assert asked["given"].tolist() == ['{"tenure": 3}', "{}"]
    assert asked["known"].tolist() == [True, False]
    for check in (usage.strangers, usage.variants, usage.odd_hours):
        assert check(asked).empty
        assert check(usage.requests([])).empty
