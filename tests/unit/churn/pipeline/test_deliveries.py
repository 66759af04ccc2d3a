"""What lands, and what is refused."""

from pathlib import Path

import pandas as pd
import pytest

from churn import data, schema
from churn.data.landing import deliver, month_folder, months_from_table
from churn.data.origin import BatchRefusedError
from churn.pipeline.config import load_config
from churn.pipeline.deliveries import Delivery, accepted, read_delivery
from churn.simulator import load_scenario, simulate_history

JAN, FEB = pd.Timestamp("2024-01-31"), pd.Timestamp("2024-02-29")
QUALITY = load_config("prod").quality


@pytest.fixture(scope="module")
def history():  # type: ignore[no-untyped-def]
    return simulate_history(
        load_scenario("baseline").model_copy(
            update={"customers": 600, "months": 5, "monthly_joins": 20}
        )
    )


@pytest.fixture
def landing(tmp_path: Path, history) -> Path:  # type: ignore[no-untyped-def]
    for day in history.months:
        deliver(tmp_path, day, history.snapshots, history.departures)
    return tmp_path


def frames(landing: Path, day: pd.Timestamp) -> tuple[Delivery, pd.DataFrame]:
    return read_delivery(landing, day), read_delivery(landing, JAN).customers


def test_a_delivery_says_only_what_is_known_on_its_day(landing: Path, history) -> None:  # type: ignore[no-untyped-def]
    for day in history.months:
        delivery = read_delivery(landing, day)
        known = history.departures[history.departures["known_on"] <= day]
        assert delivery.departures["customerID"].tolist() == known["customerID"].tolist()
    assert len(read_delivery(landing, JAN).departures) == 0
    assert len(read_delivery(landing, history.months[-1]).departures) > 0
    with pytest.raises(ValueError, match="there is no snapshot of 2023-01-31"):
        deliver(landing, "2023-01-31", history.snapshots, history.departures)


def test_a_good_month_is_accepted(landing: Path) -> None:
    delivery, before = frames(landing, FEB)
    table = accepted(delivery, before, QUALITY, FEB)
    assert list(table) == [schema.ID, *schema.FEATURES]
    assert table[schema.ID].is_monotonic_increasing


def test_a_delivery_of_another_system_day_or_none(landing: Path, history) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(BatchRefusedError, match="nothing was delivered for 2023-05"):
        read_delivery(landing, "2023-05-31")
    deliver(landing, FEB, history.snapshots, history.departures, environment="test")
    with pytest.raises(BatchRefusedError, match="comes from test"):
        read_delivery(landing, FEB)
    month_folder(landing, FEB).rename(month_folder(landing, "2030-01-31"))
    with pytest.raises(BatchRefusedError, match="comes from test"):
        read_delivery(landing, "2030-01-31")
    month_folder(landing, JAN).rename(month_folder(landing, "2031-01-31"))
    with pytest.raises(BatchRefusedError, match="describes 2024-01-31"):
        read_delivery(landing, "2031-01-31")


@pytest.mark.parametrize("column", ["tenure", schema.ID])
def test_a_column_that_is_gone(landing: Path, column: str) -> None:
    delivery, before = frames(landing, FEB)
    broken = Delivery(delivery.customers.drop(columns=column), delivery.departures)
    with pytest.raises(BatchRefusedError, match=f"the column {column} is missing"):
        accepted(broken, before, QUALITY, FEB)


def test_bad_rows(landing: Path) -> None:
    delivery, before = frames(landing, FEB)
    good = delivery.customers
    faults = {
        "cents": good.assign(MonthlyCharges=good["MonthlyCharges"] * 100),
        "half": good.head(len(good) // 2),
        "twice": pd.concat([good, good]),
        "words": good.assign(gender="male"),
        "last month's": before,
    }
    let_through = []
    for name, rows in faults.items():
        try:
            accepted(Delivery(rows, delivery.departures), before, QUALITY, FEB)
        except BatchRefusedError:
            continue
        let_through.append(name)
    assert let_through == []
    with pytest.raises(BatchRefusedError, match=r"only 5\.8% of 600 customers are a month older"):
        accepted(Delivery(before, delivery.departures), before, QUALITY, FEB)


def test_a_rise_passes_from_its_month_on_and_not_a_month_before(landing: Path) -> None:
    delivery, before = frames(landing, FEB)
    risen = delivery.customers.assign(
        MonthlyCharges=(delivery.customers["MonthlyCharges"] * 1.1).round(2)
    )
    assert risen["MonthlyCharges"].max() > schema.bill_range()[1]
    # Whoever is a month with the telco has paid one bill.
    first = risen["tenure"] == 1
    risen.loc[first, "TotalCharges"] = risen.loc[first, "MonthlyCharges"]
    bills = Delivery(risen, delivery.departures)
    announced = load_config(
        "prod", changes={"quality": {"price_changes": [{"month": "2024-02", "change": 0.1}]}}
    ).quality
    dearest = "MonthlyCharges: validity"
    with pytest.raises(BatchRefusedError, match=dearest):
        accepted(bills, before, QUALITY, FEB)  # nobody announced it
    with pytest.raises(BatchRefusedError, match=dearest):
        accepted(bills, before, announced, JAN)
    assert accepted(bills, before, announced, FEB)["MonthlyCharges"].max() == pytest.approx(
        risen["MonthlyCharges"].max()
    )
    twice = Delivery(
        risen.assign(MonthlyCharges=risen["MonthlyCharges"] * 1.2), delivery.departures
    )
    with pytest.raises(BatchRefusedError, match=dearest):
        accepted(twice, before, announced, FEB)


def test_months_from_a_cross_section() -> None:
    table = data.load("synthetic", n=1200, seed=1)
    snapshots, departures = months_from_table(table, months=12)
    assert snapshots.groupby("as_of").size().tolist() == [100] * 12
    assert sorted(snapshots[schema.ID]) == sorted(table[schema.ID])
    left = departures.merge(snapshots, on=schema.ID)
    assert len(left) == (table[schema.TARGET] == schema.POSITIVE).sum()
    assert (
        (left["left_on"].dt.to_period("M") - left["as_of"].dt.to_period("M")).map(lambda d: d.n)
        == 1
    ).all()
    again, _ = months_from_table(table, months=12)
    assert again.equals(snapshots)
    assert not months_from_table(table, months=12, seed=1)[0].equals(snapshots)
    with pytest.raises(ValueError, match="cannot be dealt to 1201 months"):
        months_from_table(table, months=1201)
