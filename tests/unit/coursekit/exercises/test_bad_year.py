"""The year of deliveries: nine differ from what they should be, each in what its fault says."""

import numpy as np
import pandas as pd
import pytest

from coursekit.exercises.bad_year import FAULTS, MONTHS, BadYear, bad_year


@pytest.fixture(scope="module")
def year() -> BadYear:
    return bad_year(customers=600)


def columns_that_differ(year: BadYear, month: str) -> list[str]:
    delivered, right = year.delivered[month], year.right[month]
    both = delivered.merge(right, on="customerID", suffixes=("", "_right"))
    names = [name for name in right.columns if name != "customerID"]
    return [name for name in names if not both[name].equals(both[f"{name}_right"])]


def test_the_months_with_a_fault_differ_and_no_other(year: BadYear) -> None:
    differing = [m for m in MONTHS if not year.delivered[m].equals(year.right[m])]
    assert differing == list(FAULTS)


@pytest.mark.parametrize(
    ("month", "columns"),
    {
        "2024-03": ["MonthlyCharges"],
        "2024-04": ["MonthlyCharges"],
        "2024-05": ["PaymentMethod"],
        "2024-06": [],
        "2024-08": ["TotalCharges"],
        "2024-09": ["TotalCharges"],
        "2024-10": ["Churn"],
        "2024-11": [],
        "2024-12": ["gender"],
    }.items(),
)
def test_a_fault_spoils_the_column_it_names(year: BadYear, month: str, columns: list[str]) -> None:
    assert columns_that_differ(year, month) == columns


def test_the_two_faults_that_add_rows(year: BadYear) -> None:
    added = {m: len(year.delivered[m]) - len(year.right[m]) for m in MONTHS}
    assert [month for month, rows in added.items() if rows] == ["2024-06", "2024-11"]
    june = year.delivered["2024-06"]["customerID"]
    assert june.duplicated().sum() == added["2024-06"] > 0


def test_a_total_that_stands_still_is_one_bill_short_and_missing_for_newcomers(
    year: BadYear,
) -> None:
    right, delivered = year.right["2024-08"], year.delivered["2024-08"]
    behind = (right["TotalCharges"] - delivered["TotalCharges"]) / right["MonthlyCharges"]
    assert (behind.isna() == (right["tenure"] == 1)).all()
    assert np.allclose(behind.dropna(), 1)


def test_labels_are_those_of_the_row_above(year: BadYear) -> None:
    right, delivered = (t["2024-10"]["Churn"].tolist() for t in (year.right, year.delivered))
    assert delivered == [right[-1], *right[:-1]]


def test_a_model_scores_the_customers_of_the_day_on_which_the_delivery_arrives(
    year: BadYear,
) -> None:
    same = year.right["2024-01"].merge(year.live["2024-01"], on="customerID")
    grown = (same["tenure_y"] - same["tenure_x"])[same["tenure_y"] < 72]
    assert len(grown) > 100
    assert (grown == 14).all()


def test_the_same_arguments_give_the_same_year(year: BadYear) -> None:
    again = bad_year(customers=600)
    for month in MONTHS:
        pd.testing.assert_frame_equal(again.delivered[month], year.delivered[month])
