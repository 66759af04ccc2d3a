"""Delta tables by month."""

from pathlib import Path

import pandas as pd
import pytest

from churn.pipeline import tables

JAN, FEB, MAR = (pd.Timestamp(day) for day in ("2025-01-31", "2025-02-28", "2025-03-31"))


def month(day: pd.Timestamp, *values: int) -> pd.DataFrame:
    return pd.DataFrame({"customerID": [f"c{v}" for v in values], "as_of": day, "x": values})


def test_a_month_is_written_once_and_again_only_if_it_changed(tmp_path: Path) -> None:
    assert tables.months(tmp_path, "features") == []
    assert tables.write_month(tmp_path, "features", month(FEB, 3, 1, 2))
    assert tables.write_month(tmp_path, "features", month(JAN, 5))
    assert not tables.write_month(tmp_path, "features", month(FEB, 3, 1, 2))
    assert tables.version(tmp_path, "features") == 1
    assert tables.write_month(tmp_path, "features", month(FEB, 3, 1))
    assert tables.months(tmp_path, "features") == [JAN, FEB]
    assert tables.read(tmp_path, "features")["x"].tolist() == [5, 3, 1]
    assert tables.read(tmp_path, "features", version=0)["x"].tolist() == [3, 1, 2]


def test_months_are_read_by_their_ends(tmp_path: Path) -> None:
    for number, day in enumerate((JAN, FEB, MAR)):
        tables.write_month(tmp_path, "labels", month(day, number))
    assert tables.read(tmp_path, "labels", FEB)["x"].tolist() == [1]
    assert tables.read(tmp_path, "labels", JAN, FEB)["x"].tolist() == [0, 1]
    assert list(tables.read(tmp_path, "labels", FEB)) == ["customerID", "as_of", "x"]
    some = tables.read(tmp_path, "labels", JAN, FEB, columns=["x"])
    pd.testing.assert_frame_equal(some, pd.DataFrame({"x": [0, 1]}))
    assert list(tables.read(tmp_path, "labels", FEB, columns=["x", "as_of"])) == ["x", "as_of"]


def test_rows_of_two_months_and_no_table(tmp_path: Path) -> None:
    both = pd.concat([month(JAN, 1), month(FEB, 2)])
    with pytest.raises(ValueError, match="rows of 2 months, not of one"):
        tables.write_month(tmp_path, "features", both)
    with pytest.raises(ValueError, match="rows of 0 months"):
        tables.write_month(tmp_path, "features", both.head(0))
    with pytest.raises(FileNotFoundError, match="there is no table features yet"):
        tables.read(tmp_path, "features")
