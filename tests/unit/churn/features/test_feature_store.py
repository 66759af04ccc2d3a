"""The telco's feature repository: rows at the right moment, and none lost on the way."""

from __future__ import annotations

from contextlib import redirect_stdout
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
import yaml
from feast import FeatureStore
from pandas.testing import assert_frame_equal

from churn.features import feature_store as telco
from churn.schema import ID
from churn.simulator import History, simulate_events

SERVICE = "churn_v1"


def utc(text: str) -> pd.Timestamp:
    return pd.Timestamp(text, tz="UTC").as_unit("us")


@pytest.fixture(scope="module")
def events(tiny_history: History) -> pd.DataFrame:
    return simulate_events(tiny_history)


def log(*lines: str) -> pd.DataFrame:
    """Events from lines of customer, kind, value, when it occurred and when it arrived."""
    rows = [line.split() for line in lines]
    made = pd.DataFrame(rows, columns=[ID, "kind", "value", "occurred_at", "arrived_at"])
    times = {name: pd.to_datetime(made[name], utc=True) for name in ("occurred_at", "arrived_at")}
    return made.assign(value=made["value"].astype(float), **times)


def profile_rows(*lines: str) -> pd.DataFrame:
    rows = [line.split() for line in lines]
    made = pd.DataFrame(rows, columns=[ID, telco.TIME, "tenure"])
    return made.assign(
        event_timestamp=pd.to_datetime(made[telco.TIME], utc=True).astype("datetime64[us, UTC]"),
        tenure=made["tenure"].astype(int),
        Contract="One year",
        InternetService="DSL",
        PaymentMethod="Mailed check",
        MonthlyCharges=55.5,
    )


def activity_rows(*lines: str) -> pd.DataFrame:
    rows = [line.split() for line in lines]
    made = pd.DataFrame(rows, columns=[ID, telco.TIME, "calls"])
    return made.assign(
        event_timestamp=pd.to_datetime(made[telco.TIME], utc=True).astype("datetime64[us, UTC]"),
        calls=made["calls"].astype(float),
        late_payments=0.0,
        gigabytes=1.5,
        voice_minutes=2.5,
    )


PROFILE = profile_rows("A 2024-02-01T04:00 5", "A 2024-03-01T04:00 6", "B 2024-02-01T04:00 40")
ACTIVITY = activity_rows(
    "A 2024-02-01T04:00 1", "A 2024-03-01T04:00 2", "B 2024-03-01T04:00 3", "C 2024-02-01T04:00 4"
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> FeatureStore:
    return telco.open_store(tmp_path_factory.mktemp("feast") / "repo", PROFILE, ACTIVITY)


def test_profile_rows_carry_the_moment_of_writing(tiny_history: History) -> None:
    table = telco.profile_table(tiny_history.snapshots)
    assert list(table.columns) == [ID, telco.TIME, *telco.PROFILE]
    assert len(table) == len(tiny_history.snapshots)
    assert table[telco.TIME].unique().tolist() == [
        utc(f"2024-{month:02}-01 04:00") for month in (2, 3, 4)
    ]
    assert (table["tenure"].to_numpy() == tiny_history.snapshots["tenure"].to_numpy()).all()


def test_activity_sums_up_the_days_before_the_moment() -> None:
    moment = utc("2024-03-31 04:00")
    made = log(
        "A support_call 7 2024-03-30T10:00 2024-03-30T10:00",
        "A support_call 9 2024-03-01T04:00 2024-03-01T04:01",
        "A support_call 9 2024-03-01T03:59 2024-03-01T04:01",
        "A support_call 9 2024-03-31T04:00 2024-03-31T04:00",
        "A usage_data 2.25 2024-03-10T10:00 2024-03-10T10:00",
        "A usage_data 1.5 2024-03-11T10:00 2024-03-11T10:00",
        "B payment_late 30 2024-03-20T10:00 2024-03-20T10:00",
        "B payment_failed 30 2024-03-21T10:00 2024-03-21T10:00",
        "B payment 30 2024-03-22T10:00 2024-03-22T10:00",
        "B usage_voice 12 2024-03-23T10:00 2024-03-23T10:00",
    )
    wanted = pd.DataFrame(
        {
            ID: ["A", "B"],
            telco.TIME: moment,
            "calls": [2.0, 0.0],
            "late_payments": [0.0, 2.0],
            "gigabytes": [3.75, 0.0],
            "voice_minutes": [0.0, 12.0],
        }
    )
    assert_frame_equal(telco.activity_at(made, moment), wanted)


def test_an_event_counts_only_when_it_has_arrived() -> None:
    made = log(
        "A support_call 7 2024-03-30T10:00 2024-04-01T00:00",
        "A support_call 7 2024-03-29T10:00 2024-03-31T04:00",
    )
    assert telco.activity_at(made, utc("2024-03-31 04:00"))["calls"].tolist() == [1.0]
    assert telco.activity_at(made, utc("2024-04-02 04:00"))["calls"].tolist() == [2.0]


def test_customers_without_an_event_have_zeros_when_they_are_named() -> None:
    made = log("B support_call 7 2024-03-30T10:00 2024-03-30T10:00")
    table = telco.activity_at(made, utc("2024-03-31 04:00"), pd.Series(["C", "A", "A"]))
    assert table[ID].tolist() == ["A", "B", "C"]
    assert table["calls"].tolist() == [0.0, 1.0, 0.0]


def test_activity_table_has_every_customer_of_the_snapshot_once(
    tiny_history: History, events: pd.DataFrame
) -> None:
    table = telco.activity_table(events, tiny_history.snapshots)
    assert not table.duplicated([ID, telco.TIME]).any()
    wanted = pd.MultiIndex.from_frame(telco.profile_table(tiny_history.snapshots)[[ID, telco.TIME]])
    assert wanted.isin(pd.MultiIndex.from_frame(table[[ID, telco.TIME]])).all()


def test_activity_table_has_a_last_row_of_those_who_left(
    tiny_history: History, events: pd.DataFrame
) -> None:
    table = telco.activity_table(events, tiny_history.snapshots)
    left = tiny_history.departures.set_index(ID)["left_on"]
    left = left[(left >= "2024-03-05") & (left < "2024-04-01")]
    last = table.groupby(ID)[telco.TIME].max()
    assert len(left)
    assert (last[left.index] == utc("2024-04-01 04:00")).all()


def test_service_lists_both_views_in_order(store: FeatureStore) -> None:
    names = telco.feature_names(store, SERVICE)
    assert names == [*telco.PROFILE, *telco.ACTIVITY]


def test_training_set_takes_the_newest_row_that_is_not_later(store: FeatureStore) -> None:
    times = ["2024-03-01 03:59:59", "2024-03-01 04:00", "2024-02-01 04:00", "2024-03-10 12:00"]
    asked = pd.DataFrame({ID: "A", telco.TIME: [utc(time) for time in times]})
    found = telco.training_set(store, asked, SERVICE)
    assert found["tenure"].tolist() == [5, 6, 5, 6]
    assert found["calls"].tolist() == [1, 2, 1, 2]


def test_training_set_keeps_every_row_in_order_with_its_own_columns(store: FeatureStore) -> None:
    asked = pd.DataFrame(
        {
            ID: ["nobody", "A", "B", "A", "A"],
            telco.TIME: [
                utc(f"2024-{day} 12:00") for day in ("02-10", "03-10", "06-01", *2 * ["03-10"])
            ],
            "churned": [0, 1, 0, 0, 1],
        },
        index=[9, 8, 7, 6, 5],
    )
    found = telco.training_set(store, asked, SERVICE)
    assert_frame_equal(found[asked.columns], asked.reset_index(drop=True))
    assert list(found.columns) == [*asked.columns, *telco.PROFILE, *telco.ACTIVITY]
    assert found["calls"].fillna(-1).tolist() == [-1, 2, -1, 2, 2]


def test_a_view_without_values_does_not_blank_the_other(store: FeatureStore) -> None:
    # C has no profile at all, B's activity is written after its profile, both are asked between.
    asked = pd.DataFrame({ID: ["B", "C"], telco.TIME: utc("2024-02-15 12:00")})
    found = telco.training_set(store, asked, SERVICE)
    assert found["tenure"].fillna(-1).tolist() == [40, -1]
    assert found["calls"].fillna(-1).tolist() == [-1, 4]
    # Feast alone loses B: this is what the function is for.
    alone = store.get_historical_features(asked, store.get_feature_service(SERVICE)).to_df()
    assert "B" not in alone[ID].tolist()


def test_rows_count_for_the_time_to_live(store: FeatureStore) -> None:
    edge = utc("2024-02-01 04:00") + pd.offsets.Day(telco.TTL_DAYS)
    times = [edge, edge + pd.offsets.Second(1)]
    asked = pd.DataFrame({ID: "B", telco.TIME: pd.Series(times).astype("datetime64[us, UTC]")})
    assert telco.training_set(store, asked, SERVICE)["tenure"].fillna(-1).tolist() == [40, -1]


def test_online_equals_offline_and_takes_pushes(tmp_path: Path) -> None:
    store = telco.open_store(tmp_path / "repo", PROFILE, ACTIVITY)
    now = utc("2024-03-02 12:00")
    with redirect_stdout(StringIO()):
        store.materialize(datetime(2024, 1, 1, tzinfo=UTC), now.to_pydatetime())

    def online() -> pd.DataFrame:
        rows = [{ID: one} for one in "ABC"]
        found = store.get_online_features(store.get_feature_service(SERVICE), rows).to_df()
        return found[telco.feature_names(store, SERVICE)]

    asked = pd.DataFrame({ID: list("ABC"), telco.TIME: now})
    offline = telco.training_set(store, asked, SERVICE)[online().columns]
    assert_frame_equal(online(), offline, check_dtype=False)
    store.push("activity_push", activity_rows("C 2024-03-02T11:00 9"))
    assert online()["calls"].tolist() == [2, 3, 9]


def test_open_store_begins_anew(tmp_path: Path) -> None:
    folder = tmp_path / "repo"
    telco.open_store(folder, PROFILE, ACTIVITY)
    (folder / "old.txt").write_text("old")
    store = telco.open_store(folder, PROFILE.head(1), ACTIVITY.head(1))
    assert not (folder / "old.txt").exists()
    asked = pd.DataFrame({ID: ["A"], telco.TIME: utc("2024-03-10 12:00")})
    assert telco.training_set(store, asked, SERVICE)["tenure"].tolist() == [5]
    setting = yaml.safe_load((folder / "feature_store.yaml").read_text())
    assert setting["online_store"] == {"type": "sqlite", "path": "online.db"}


def test_tables_that_feast_would_read_wrongly_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the table activity lacks gigabytes"):
        telco.open_store(tmp_path / "a", PROFILE, ACTIVITY.drop(columns="gigabytes"))
    with pytest.raises(ValueError, match="the table profile has 1 row"):
        telco.open_store(tmp_path / "b", pd.concat([PROFILE, PROFILE.tail(1)]), ACTIVITY)
    assert not (tmp_path / "a").exists()
    assert not (tmp_path / "b").exists()


def test_a_decision_looks_thirty_days_ahead_and_asks_customers_only() -> None:
    signed = {"stays": "2024-01-01", "leaves": "2024-01-01", "next": "2024-04-01"}
    snapshots = pd.DataFrame(
        {ID: [*signed, "stays"], "signup_month": [*signed.values(), "2024-01-01"]}
    )
    snapshots["signup_month"] = pd.to_datetime(snapshots["signup_month"])
    gone = pd.DataFrame({ID: ["leaves"], "left_on": pd.to_datetime(["2024-04-14"])})
    table = telco.decisions(snapshots, gone, ["2024-03-14", "2024-03-15", "2024-04-14"])
    asked = [
        (row[ID], f"{row[telco.TIME]:%m-%d %H}", row["churned"]) for _, row in table.iterrows()
    ]
    assert asked == [
        ("stays", "03-14 12", 0),
        ("leaves", "03-14 12", 0),
        ("stays", "03-15 12", 0),
        ("leaves", "03-15 12", 1),
        ("stays", "04-14 12", 0),
        ("next", "04-14 12", 0),
    ]
    assert str(table[telco.TIME].dtype) == "datetime64[us, UTC]"
