"""Every incident is there from its date on, and changes nothing else; those in the records."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from sklearn.metrics import roc_auc_score

from churn import schema
from churn.schema import ID
from churn.simulator.events import simulate_events
from churn.simulator.history import simulate_history
from churn.simulator.incidents import KINDS, Incident
from churn.simulator.point_in_time import churn_labels, snapshots_at, table
from churn.simulator.record_incidents import STILL_HERE
from incident_runs import (
    CLEAN,
    DATE,
    MAY,
    UNTIL,
    clean,
    clean_events,
    columns,
    differing,
    pairs,
    planted,
    size,
)

RECORD = [kind for kind, spec in KINDS.items() if spec.layer == "record"]
PROCESS = [kind for kind, spec in KINDS.items() if spec.layer == "process"]
#: Columns in which a process incident shows, in rows of customers who are there either way.
SHOWS_IN = {
    "price_rise": {"MonthlyCharges", "TotalCharges"},
    "feedback_loop": {"contacted"},
    "marketing_shift": None,  # all columns of the customers whom the campaign brought
    "competitor_enters": set(),
    "threshold_no_longer_right": set(),
}


# -- what holds for every kind ---------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_the_truth_travels_with_the_history(kind: str) -> None:
    (incident,) = planted(kind).truth_incidents
    spec = KINDS[kind]
    assert (incident.kind, incident.column, incident.size) == (kind, spec.columns[0], spec.default)
    assert incident.date == DATE.date()


@pytest.mark.parametrize("kind", KINDS)
def test_before_its_date_nothing_differs(kind: str) -> None:
    old, new = clean(), planted(kind)
    for frame, day in (("snapshots", "as_of"), ("departures", "left_on")):
        one, other = (getattr(h, frame).query(f"{day} < @DATE") for h in (old, new))
        assert len(one) > 100
        assert_frame_equal(one, other, check_exact=True)
    # A label of the last snapshot before the date speaks of the month that the date begins.
    for frame in ("labels", "truth"):
        one, other = (getattr(h, frame).query("as_of < '2024-04-30'") for h in (old, new))
        assert_frame_equal(one, other, check_exact=True)
    assert_frame_equal(clean_events("2024-04"), simulate_events(new, "2024-04"), check_exact=True)


@pytest.mark.parametrize("kind", RECORD)
def test_records_do_not_change_what_happened(kind: str) -> None:
    old, new = clean(), planted(kind)
    for frame in ("labels", "departures", "truth"):
        assert_frame_equal(getattr(old, frame), getattr(new, frame), check_exact=True)
    if KINDS[kind].frame == "snapshots":
        later = simulate_events(new, "2024-06")
        assert_frame_equal(clean_events("2024-06"), later, check_exact=True)


@pytest.mark.parametrize("kind", RECORD)
def test_only_the_named_column_differs(kind: str) -> None:
    real = planted(kind).snapshots
    real = real[~real[ID].str.endswith("TESTX")].drop_duplicates(ignore_index=True)
    column = KINDS[kind].columns[0]
    others = [c for c in real.columns if c != column or c == ID]
    assert_frame_equal(real[others], clean().snapshots[others], check_exact=True)
    assert real.dtypes.equals(clean().snapshots.dtypes)


@pytest.mark.parametrize("kind", PROCESS)
def test_customers_who_are_there_either_way_look_the_same(kind: str) -> None:
    rows = pairs(planted(kind))
    assert len(rows) > 0.95 * len(clean().snapshots)
    shows = SHOWS_IN[kind]
    if shows is None:
        rows, shows = rows[rows["signup_month"] < DATE], set()
    changed = {column for column in columns() if differing(rows, column).any()}
    assert changed == shows


@pytest.mark.parametrize("kind", sorted(set(PROCESS) - {"marketing_shift"}))
def test_process_incidents_change_who_leaves(kind: str) -> None:
    old, new = clean().departures, planted(kind).departures
    assert not old.equals(new)


@pytest.mark.parametrize(
    "kind", [k for k, s in KINDS.items() if s.may_end and s.frame == "snapshots"]
)
def test_an_incident_that_ends_leaves_no_trace_in_later_values(kind: str) -> None:
    rows = pairs(planted(kind, until=UNTIL.date()))
    column = KINDS[kind].columns[0]
    if kind in {"marketing_shift", "new_gender_categories"}:  # those who came stay as they are
        rows = rows[rows["signup_month"] >= UNTIL]
    else:
        rows = rows[rows["as_of"] >= UNTIL]
    assert len(rows) > 100
    if column == ID:
        there = [
            h.snapshots.query("as_of >= @UNTIL")[ID]
            for h in (clean(), planted(kind, until=UNTIL.date()))
        ]
        assert there[0].tolist() == there[1].tolist()
    else:
        assert not differing(rows, column).any()


# -- what changes in the records ---------------------------------------------------------------


def test_new_gender_categories() -> None:
    rows = pairs(planted("new_gender_categories"))
    hit = differing(rows, "gender")
    assert (rows.loc[hit, "signup_month"] >= DATE).all()
    new = rows[rows["signup_month"] >= DATE].drop_duplicates(ID)
    share = (~new["gender_new"].isin(schema.ALLOWED["gender"])).mean()
    assert share == pytest.approx(size("new_gender_categories"), abs=0.07)  # 264 new customers
    assert rows.loc[hit, "gender_new"].nunique() == 3
    assert (rows.groupby(ID)["gender_new"].nunique() == 1).all()


def test_reestimated_column() -> None:
    rows = pairs(planted("reestimated_column"))
    rows = rows[rows["as_of"] >= DATE].merge(
        clean().truth[[ID, "as_of", "network_quality"]].rename(columns={"network_quality": "true"})
    )
    rise = rows["network_quality_new"] - rows["network_quality"]
    assert rise.mean() == pytest.approx(size("reestimated_column"), abs=0.4)
    assert (rows["network_quality"] - rows["true"]).std() == pytest.approx(10, abs=0.3)
    assert (rows["network_quality_new"] - rows["true"]).std() == pytest.approx(3, abs=0.1)


@pytest.mark.parametrize("share", [1.0, 0.4])
def test_legacy_feature(share: float) -> None:
    rows = pairs(planted("legacy_feature", size=share))
    rows = rows[rows["as_of"] >= DATE]
    dead = rows["legacy_device_code_new"] == "D0"
    assert dead.mean() == pytest.approx(share, abs=0.04 if share < 1 else 0)
    assert (dead == differing(rows, "legacy_device_code")).all()
    assert (rows.assign(dead=dead).groupby(ID)["dead"].nunique() == 1).all()


def test_backfilled_column() -> None:
    history = planted("backfilled_column", size=3)
    column = "expected_stay_months"
    assert_frame_equal(history.snapshots, clean().snapshots, check_exact=True)
    assert_frame_equal(
        snapshots_at(history, "2024-04-30"), snapshots_at(clean(), "2024-04-30"), check_exact=True
    )
    old, new = snapshots_at(clean(), DATE), snapshots_at(history, DATE)
    rewritten = old[column].isna() & new[column].notna()
    pd.testing.assert_series_equal(old[column][~rewritten], new[column][~rewritten])
    past = old["as_of"] >= "2024-02-01"
    assert (rewritten == (past & old[column].isna())).all()
    assert_frame_equal(new.drop(columns=column), old.drop(columns=column), check_exact=True)
    # Hindsight: whoever left the month after has one month to stay, and nobody else.
    filled = new[rewritten & (new["as_of"] == "2024-02-29")].merge(churn_labels(history, "2024-02"))
    assert filled["churned"].sum() > 5
    assert (filled[column].eq(1) == filled["churned"].eq(1)).all()
    # Of those who are still there on the day nobody knows: they all get the same.
    left = new[ID].map(history.departures.set_index(ID)["left_on"])
    there = rewritten & ~(left < DATE)
    since = DATE.month - new.loc[there, "as_of"].dt.month
    assert (new.loc[there, column] == since + STILL_HERE).all()
    honest = old[~rewritten & (old["as_of"] == "2024-02-29")].dropna(subset=[column])
    honest = honest.merge(churn_labels(history, "2024-02"))
    assert roc_auc_score(honest["churned"], -honest[column]) < 0.85


def test_upstream_model_corrected() -> None:
    rows = pairs(planted("upstream_model_corrected"))
    fall = rows["propensity_score"] - rows["propensity_score_new"]
    after = rows["as_of"] >= DATE
    assert np.allclose(fall[after], size("upstream_model_corrected"))
    assert rows["propensity_score_new"].between(0, 1).all()


@pytest.mark.parametrize("column", ["MonthlyCharges", "TotalCharges"])
def test_unit_change_to_cents(column: str) -> None:
    rows = pairs(planted("unit_change_to_cents", column=column))
    after = rows["as_of"] >= DATE
    ratio = rows[f"{column}_new"] / rows[column]
    assert np.allclose(ratio[after], 100)
    assert (rows.loc[after, f"{column}_new"] % 5 == 0).all()
    other = {"MonthlyCharges": "TotalCharges", "TotalCharges": "MonthlyCharges"}[column]
    assert not differing(rows, other).any()


def test_duplicated_batch() -> None:
    new = planted("duplicated_batch").snapshots
    again = new[new.duplicated()]
    assert set(again["as_of"]) == {MAY}
    assert len(again) == round(size("duplicated_batch") * (clean().snapshots["as_of"] == MAY).sum())
    assert new.duplicated([ID, "as_of"]).sum() == len(again)
    with pytest.raises(schema.SchemaError, match="occur more than once"):
        schema.validate(table(planted("duplicated_batch"), MAY))


@pytest.mark.parametrize("column", KINDS["stale_feed"].columns)
def test_stale_feed(column: str) -> None:
    rows = pairs(planted("stale_feed", column=column, size=2))
    hit = differing(rows, column)
    stale = rows["as_of"].between(DATE, "2024-06-30")
    assert not hit[~stale].any()
    before = clean().snapshots
    april = before[before["as_of"] == "2024-04-30"].set_index(ID)[column]
    expected = rows.loc[stale, ID].map(april)
    pd.testing.assert_series_equal(rows.loc[stale, f"{column}_new"], expected, check_names=False)
    without = rows.loc[stale & rows[f"{column}_new"].isna(), "signup_month"]
    assert (without >= DATE).all()
    assert len(without) > 100


def test_test_data_in_production() -> None:
    new = planted("test_data_in_production").snapshots
    extra = new[new[ID].str.endswith("TESTX")]
    assert extra.groupby("as_of").size().tolist() == [size("test_data_in_production")] * 4
    assert extra["as_of"].min() == MAY
    assert extra["as_of"].is_monotonic_increasing
    assert len(extra.drop(columns=[ID, "as_of", "signup_month"]).drop_duplicates()) == 1
    assert schema.violations(table(planted("test_data_in_production"), MAY)) == []


@pytest.mark.parametrize("column", ["PaymentMethod", "MonthlyCharges"])
def test_missing_block(column: str) -> None:
    history = planted("missing_block", column=column)
    for _, rows in history.snapshots.groupby("as_of"):
        gaps = np.flatnonzero(rows[column].isna())
        if rows["as_of"].iloc[0] < DATE:
            assert len(gaps) == 0
        else:
            assert len(gaps) == round(size("missing_block") * len(rows))
            assert gaps[-1] - gaps[0] == len(gaps) - 1
    kept = pairs(history)[f"{column}_new"].notna()
    assert not differing(pairs(history)[kept], column).any()


@pytest.mark.parametrize("hours", [2, -5])
def test_time_zone_shift(hours: int) -> None:
    history = planted("time_zone_shift", date="2024-05-12", until="2024-06-09", size=hours)
    old, new = (simulate_events(h, ["2024-05", "2024-06"]) for h in (clean(), history))
    assert_frame_equal(old.drop(columns="occurred_at"), new.drop(columns="occurred_at"))
    shift = (new["occurred_at"] - old["occurred_at"]).dt.total_seconds() / 3600
    hit = (old["occurred_at"] >= "2024-05-12") & (old["occurred_at"] < "2024-06-09")
    assert 0.3 < hit.mean() < 0.6
    assert (shift[hit] == hours).all()
    assert (shift[~hit] == 0).all()


def test_two_incidents_add_up() -> None:
    both = (
        Incident(kind="unit_change_to_cents", date=DATE.date()),
        Incident(kind="test_data_in_production", date=DATE.date(), size=5),
    )
    new = simulate_history(CLEAN.model_copy(update={"incidents": both})).snapshots
    real = new[~new[ID].str.endswith("TESTX")].reset_index(drop=True)
    assert len(new) == len(real) + 5 * 4
    assert_frame_equal(real, planted("unit_change_to_cents").snapshots, check_exact=True)
