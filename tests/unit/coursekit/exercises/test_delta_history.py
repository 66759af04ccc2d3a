"""Tables with a past: what is planted is there, from its version to the last, and not before."""

from pathlib import Path

import pandas as pd
import pytest
from deltalake import DeltaTable

from churn.data import load
from churn.schema import ALLOWED, ID, NO_INTERNET
from coursekit.exercises.delta_history import COLUMNS, DEFECTS, ROWS, pack, unpack, write_history


@pytest.fixture(scope="module")
def customers() -> pd.DataFrame:
    return load(n=ROWS + 100, seed=3)


def broken(rows: pd.DataFrame) -> set[str]:
    """The defects that the rows show."""
    offline = rows["InternetService"] == "No"
    found = {
        "amounts in cents": (rows["MonthlyCharges"] > 130).any(),
        "unknown value": (~rows["PaymentMethod"].isin(ALLOWED["PaymentMethod"])).any(),
        "blank amounts": (rows["TotalCharges"].isna() & (rows["tenure"] > 0)).any(),
        "loaded twice": rows[ID].duplicated().any(),
        "contradiction": (offline != (rows["OnlineSecurity"] == NO_INTERNET)).any(),
    }
    return {defect for defect, there in found.items() if there}


def versions(path: Path) -> list[pd.DataFrame]:
    count = DeltaTable(path).version() + 1
    return [DeltaTable(path, version=v).to_pandas() for v in range(count)]


def first_bad(tables: list[pd.DataFrame]) -> int:
    return [bool(broken(rows)) for rows in tables].index(True)


def lost_after(tables: list[pd.DataFrame], bad: int) -> list[int]:
    """Versions after the bad one that changed rows."""
    ordered = [rows.sort_values(list(COLUMNS), ignore_index=True) for rows in tables]
    return [v for v in range(bad + 1, len(tables)) if not ordered[v].equals(ordered[v - 1])]


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("defect", DEFECTS)
def test_the_defect_is_in_its_version_and_every_later_one(
    customers: pd.DataFrame, defect: str, seed: int, tmp_path: Path
) -> None:
    write_history(tmp_path / "t", customers, seed, defect)
    tables = versions(tmp_path / "t")
    bad = first_bad(tables)
    assert bad >= 2
    for number, rows in enumerate(tables):
        assert broken(rows) == ({defect} if number >= bad else set())
        assert list(rows.columns) == list(COLUMNS)
        assert len(rows) >= 200
        if "amounts in cents" not in broken(rows):  # the one defect that turns them round
            assert not (rows["TotalCharges"] < rows["MonthlyCharges"]).any()


@pytest.mark.parametrize("seed", [4, 5, 6, 7])
def test_after_the_defect_rows_come_and_some_versions_change_none(
    customers: pd.DataFrame, seed: int, tmp_path: Path
) -> None:
    write_history(tmp_path / "t", customers, seed)
    history = {entry["version"]: entry for entry in DeltaTable(tmp_path / "t").history()}
    tables = versions(tmp_path / "t")
    bad = first_bad(tables)
    lost = lost_after(tables, bad)
    untouched = set(range(bad + 1, len(tables))) - set(lost)
    assert {"OPTIMIZE", "MERGE"} <= {history[v]["operation"] for v in untouched}
    assert any(len(tables[v]) > len(tables[v - 1]) for v in lost)


def test_what_was_loaded_twice_is_loaded_again(customers: pd.DataFrame, tmp_path: Path) -> None:
    write_history(tmp_path / "t", customers, 2, "loaded twice")
    tables = versions(tmp_path / "t")
    kinds = [set(map(tuple, rows.astype(str).to_numpy().tolist())) for rows in tables]
    assert any(kinds[v] == kinds[v - 1] for v in lost_after(tables, first_bad(tables)))


def test_a_job_that_wrote_the_defect_is_no_stranger(
    customers: pd.DataFrame, tmp_path: Path
) -> None:
    jobs = set()
    for seed in range(4):
        write_history(tmp_path / str(seed), customers, seed)
        jobs |= {entry["job"] for entry in DeltaTable(tmp_path / str(seed)).history()}
    for defect in DEFECTS:
        write_history(tmp_path / defect, customers, 9, defect)
        bad = first_bad(versions(tmp_path / defect))
        (job,) = [e["job"] for e in DeltaTable(tmp_path / defect).history() if e["version"] == bad]
        assert job in jobs


def test_the_seed_decides(customers: pd.DataFrame, tmp_path: Path) -> None:
    for name in "ab":
        write_history(tmp_path / name, customers, 8)
    for one, two in zip(versions(tmp_path / "a"), versions(tmp_path / "b"), strict=True):
        keys = list(COLUMNS)
        pd.testing.assert_frame_equal(
            one.sort_values(keys, ignore_index=True), two.sort_values(keys, ignore_index=True)
        )
    pasts = set()
    for seed in range(5):
        write_history(tmp_path / str(seed), customers, seed)
        history = DeltaTable(tmp_path / str(seed)).history()
        bad = first_bad(versions(tmp_path / str(seed)))
        pasts.add((bad, *(entry["job"] for entry in history)))
    assert len(pasts) == 5


def test_what_is_wrong_with_the_arguments(customers: pd.DataFrame, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a history needs 900 customers, got 899"):
        write_history(tmp_path / "t", customers.head(ROWS - 1), 0)
    with pytest.raises(ValueError, match="unknown defect 'moths'"):
        write_history(tmp_path / "t", customers, 0, "moths")


def test_a_packed_table_comes_out_with_its_past(customers: pd.DataFrame, tmp_path: Path) -> None:
    write_history(tmp_path / "t", customers, 1)
    copy = unpack(pack(tmp_path / "t"), tmp_path / "new" / "copy")
    assert copy == tmp_path / "new" / "copy"
    assert pack(copy) == pack(tmp_path / "t")
    assert DeltaTable(copy).history() == DeltaTable(tmp_path / "t").history()


@pytest.mark.parametrize("name", ["../outside", "/outside", "a/../../outside"])
def test_no_file_is_written_outside_of_the_folder(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="leads out of the folder"):
        unpack({name: b"x"}, tmp_path / "inside")
    assert not (tmp_path / "outside").exists()
