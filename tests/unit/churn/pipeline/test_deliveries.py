"""What lands, and what is refused."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from churn import data, schema
from churn.data.landing import (
    CUSTOMERS,
    DEPARTURES,
    deliver,
    month_folder,
    months_from_table,
)
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
    on_the_day = with_departures(delivery, ("0001-GONEA", "2024-02-29 18:00"))
    table = accepted(on_the_day, before, QUALITY, FEB)
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


def with_customers(good: Delivery, **columns: Any) -> Delivery:
    return Delivery(good.customers.assign(**columns), good.departures)


def with_departures(good: Delivery, *left: tuple[str | None, str | None]) -> Delivery:
    rows = pd.DataFrame(left, columns=[schema.ID, "left_on"])
    return Delivery(good.customers, rows.assign(left_on=pd.to_datetime(rows["left_on"])))


#: What makes a good delivery bad, and what is said.
BAD = {
    "tenure as text": (
        lambda good: with_customers(good, tenure=good.customers["tenure"].astype(str)),
        "the column tenure has object, and not numbers",
    ),
    "bills as text": (
        lambda good: with_customers(good, MonthlyCharges="twenty"),
        "the column MonthlyCharges has object, and not numbers",
    ),
    "contracts as codes": (
        lambda good: with_customers(good, Contract=1),
        "the column Contract has int64, and not text",
    ),
    "contracts as categories": (
        lambda good: with_customers(good, Contract=good.customers["Contract"].astype("category")),
        "the column Contract has category, and not text",
    ),
    "seniors as yes and no": (
        lambda good: with_customers(good, SeniorCitizen=good.customers["SeniorCitizen"] == 1),
        "the column SeniorCitizen has bool, and not numbers",
    ),
    "a column twice": (
        lambda good: Delivery(
            pd.concat([good.customers, good.customers[["tenure"]]], axis=1), good.departures
        ),
        "the column tenure occurs twice",
    ),
    "nobody": (
        lambda good: Delivery(good.customers.head(0), good.departures),
        "there are no customers in it",
    ),
    "no left_on": (
        lambda good: Delivery(good.customers, good.departures.drop(columns="left_on")),
        "the column departures.left_on is missing",
    ),
    "no customerID": (
        lambda good: Delivery(good.customers, good.departures.rename(columns={schema.ID: "id"})),
        "the column departures.customerID is missing",
    ),
    "days as text": (
        lambda good: Delivery(
            good.customers, good.departures.assign(left_on=good.departures["left_on"].astype(str))
        ),
        "the column departures.left_on has object, and not days",
    ),
    "days of a time zone": (
        lambda good: Delivery(
            good.customers,
            good.departures.assign(left_on=good.departures["left_on"].dt.tz_localize("UTC")),
        ),
        "the column departures.left_on has datetime64[ns, UTC], and not days",
    ),
    "twice gone": (
        lambda good: with_departures(
            good, ("0001-GONEA", "2024-01-05"), ("0001-GONEA", "2024-02-05")
        ),
        "1 departure(s) are of a customer who is there already",
    ),
    "gone without a day": (
        lambda good: with_departures(good, ("0001-GONEA", None), (None, "2024-01-05")),
        "2 departure(s) have no customer or no day",
    ),
    "gone tomorrow": (
        lambda good: with_departures(good, ("0001-GONEA", "2024-03-01")),
        "1 departure(s) are later than 2024-02-29",
    ),
    "gone before the month": (
        lambda good: with_departures(good, (str(good.customers[schema.ID].iloc[0]), "2024-01-05")),
        "1 departure(s) are of customers who are still delivered",
    ),
}


@pytest.mark.parametrize("fault", BAD)
def test_what_is_no_delivery_is_one_sentence(landing: Path, fault: str) -> None:
    delivery, before = frames(landing, FEB)
    spoil, sentence = BAD[fault]
    with pytest.raises(BatchRefusedError) as error:
        accepted(spoil(delivery), before, QUALITY, FEB)
    assert str(error.value) == f"batch refused: {sentence}"


@pytest.mark.parametrize("name", [CUSTOMERS, DEPARTURES])
@pytest.mark.parametrize("content", [b"", b"customerID,tenure\n0001-AAAAA,1\n", None])
def test_a_file_that_is_none(landing: Path, name: str, content: bytes | None) -> None:
    """Empty, of another type, a folder in its place, or not there."""
    file = month_folder(landing, FEB) / name
    file.unlink()
    missing = "nothing was delivered" if name == CUSTOMERS else "the delivery of 2024-02 cannot be"
    with pytest.raises(BatchRefusedError, match=missing):
        read_delivery(landing, FEB)
    if content is None:
        file.mkdir()
    else:
        file.write_bytes(content)
    with pytest.raises(BatchRefusedError, match=r"nothing was delivered|cannot be read|is missing"):
        accepted(read_delivery(landing, FEB), None, QUALITY, FEB)


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
