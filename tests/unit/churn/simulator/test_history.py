"""The telco as a process: who joins, pays, changes and leaves, and when that is known."""

import datetime as dt
import hashlib

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from churn import schema
from churn.schema import ADD_ONS, FEATURES, ID, PRICE_LIST
from churn.simulator.history import History, simulate_history
from churn.simulator.point_in_time import churn_labels, labels_known_at, snapshots_at, table
from churn.simulator.scenario import PriceChange, Scenario

SMALL = Scenario(name="small", seed=7, customers=2000, monthly_joins=66, months=8)
#: SHA-256 of the frames of SMALL as CSV; changes when the simulator or its calibration does.
GOLDEN = "12446d36b6a17cb9a3e922e9356450ca1ad9384a4c5ab89852253a5ed821b01a"


@pytest.fixture(scope="module")
def history() -> History:
    return simulate_history(SMALL)


def digest(history: History) -> str:
    frames = (history.snapshots, history.labels, history.departures, history.truth)
    return hashlib.sha256("".join(frame.to_csv() for frame in frames).encode()).hexdigest()


def list_price(rows: pd.DataFrame) -> pd.Series:
    price = sum(
        (rows[name] == "Yes") * PRICE_LIST[name]
        for name in ("PhoneService", "MultipleLines", *ADD_ONS)
    )
    return price + rows["InternetService"].map(PRICE_LIST).fillna(0)


def test_same_seed_same_bytes(history: History) -> None:
    assert digest(history) == GOLDEN
    assert digest(simulate_history(SMALL)) == GOLDEN


def test_another_seed_is_another_telco() -> None:
    other = simulate_history(SMALL.model_copy(update={"seed": 8}))
    assert digest(other) != GOLDEN


def test_a_shorter_history_is_the_beginning_of_a_longer_one(history: History) -> None:
    short = simulate_history(SMALL.model_copy(update={"months": 5}))
    n = len(short.snapshots)
    assert_frame_equal(short.snapshots, history.snapshots.iloc[:n], check_exact=True)
    assert_frame_equal(short.truth, history.truth.iloc[:n], check_exact=True)
    assert_frame_equal(short.labels, history.labels.iloc[:n], check_exact=True)


def test_every_month_follows_the_schema(history: History) -> None:
    for month in history.months:
        assert schema.violations(table(history, month)) == []


def test_one_row_per_customer_and_month(history: History) -> None:
    assert not history.snapshots.duplicated([ID, "as_of"]).any()
    assert history.snapshots["as_of"].unique().tolist() == history.months
    assert_frame_equal(history.snapshots[[ID, "as_of"]], history.truth[[ID, "as_of"]])


def test_newcomers_join_each_month_with_one_bill(history: History) -> None:
    rows = history.snapshots
    first = rows[rows.groupby(ID).cumcount() == 0]
    joined = first[first["as_of"] > history.months[0]]
    assert joined.groupby("as_of").size().tolist() == [66] * 7
    assert (joined["tenure"] == 1).all()
    assert (joined["TotalCharges"] == joined["MonthlyCharges"]).all()
    assert (joined["signup_month"].dt.to_period("M") == joined["as_of"].dt.to_period("M")).all()


def test_tenure_grows_and_sign_up_and_region_stay(history: History) -> None:
    customers = history.snapshots.groupby(ID)
    steps = customers["tenure"].diff().dropna()
    assert len(steps) > 10_000
    assert (steps == 1).all()
    for constant in ("signup_month", "region", "legacy_device_code", "gender"):
        assert (customers[constant].nunique() == 1).all()
    assert history.snapshots["region"].nunique() == 5


def test_tenure_is_real_in_snapshots_and_cut_in_tables(history: History) -> None:
    last = history.months[-1]
    assert history.snapshots["tenure"].max() == 72 + 7
    assert table(history, last)["tenure"].max() == 72


def test_bills_are_list_price_plus_a_constant_and_totals_add_them_up(history: History) -> None:
    rows = history.snapshots.assign(own=lambda r: (r["MonthlyCharges"] - list_price(r)).round(2))
    assert (rows.groupby(ID)["own"].nunique() == 1).all()
    assert rows["own"].nunique() > 20
    grown = rows.groupby(ID)["TotalCharges"].diff()
    later = grown.notna()
    assert np.allclose(grown[later], rows.loc[later, "MonthlyCharges"])


def test_customers_change_services_contracts_and_payment(history: History) -> None:
    customers = history.snapshots.groupby(ID)
    for column in ("InternetService", "TechSupport", "Contract", "PaymentMethod", "MultipleLines"):
        changed = (customers[column].nunique() > 1).mean()
        assert 0.005 < changed < 0.2, column


def test_whoever_leaves_is_gone_from_the_next_snapshot_on(history: History) -> None:
    present = history.snapshots.groupby("as_of")[ID].agg(set)
    labels = history.labels.groupby("as_of")
    for now, following in zip(history.months, history.months[1:], strict=False):
        rows = labels.get_group(now)
        assert set(rows.loc[rows["churned"] == 1, ID]) == present[now] - present[following]
    assert len(history.labels) == len(history.snapshots)


def test_labels_arrive_two_months_after_the_month_is_over(history: History) -> None:
    january = churn_labels(history, "2024-01-31")
    # Who leaves in February is known when March and April have passed.
    assert (january["known_on"] == pd.Timestamp("2024-05-01")).all()
    assert labels_known_at(history, "2024-04-30").empty
    known = labels_known_at(history, "2024-05-01")
    assert_frame_equal(known, january, check_exact=True)


def test_no_delay_means_known_on_the_first_of_the_next_month() -> None:
    prompt = simulate_history(SMALL.model_copy(update={"label_delay_months": 0, "months": 2}))
    assert prompt.labels["known_on"].min() == pd.Timestamp("2024-03-01")


def test_departures_become_known_before_it_is_known_who_stays(history: History) -> None:
    labels = churn_labels(history, "2024-01", window_months=3)
    stayed = labels[labels["churned"] == 0]
    assert (stayed["known_on"] == pd.Timestamp("2024-07-01")).all()
    gone = labels[labels["churned"] == 1].merge(history.departures, on=ID, suffixes=("", "_left"))
    assert (gone["known_on"] == gone["known_on_left"]).all()
    assert gone["known_on"].nunique() == 3
    early = labels_known_at(history, "2024-05-15", window_months=3)
    assert early["churned"].eq(1).all()
    assert len(early) > 0


def test_a_window_of_three_months_is_the_union_of_three_of_one(history: History) -> None:
    long = churn_labels(history, "2024-02", window_months=3).set_index(ID)["churned"]
    months = [churn_labels(history, f"2024-0{m}") for m in (2, 3, 4)]
    left = pd.concat(months).query("churned == 1")[ID]
    expected = long.index.isin(left)
    assert (long == expected).all()
    assert 0.05 < long.mean() < 0.15


def test_windows_that_are_not_over_have_no_labels(history: History) -> None:
    assert churn_labels(history, None, 4)["as_of"].max() == pd.Timestamp("2024-05-31")
    with pytest.raises(ValueError, match="runs past the end"):
        churn_labels(history, "2024-06", window_months=4)
    with pytest.raises(ValueError, match="no snapshot of 2025-01"):
        churn_labels(history, "2025-01")
    with pytest.raises(ValueError, match="at least 1"):
        churn_labels(history, "2024-01", window_months=0)


def test_a_table_can_be_cut_to_what_was_known(history: History) -> None:
    everyone = table(history, "2024-01", window_months=3)
    assert schema.violations(everyone) == []
    known = table(history, "2024-01", window_months=3, known_at="2024-05-15")
    assert set(known["Churn"]) == {"Yes"}
    assert 0 < len(known) < (everyone["Churn"] == "Yes").sum()
    assert_frame_equal(table(history, "2024-01", 3, known_at="2024-07-01"), everyone)


def test_reading_leaves_the_history_as_it_was(history: History) -> None:
    before = digest(history)
    for read in (table(history, "2024-03"), snapshots_at(history, "2024-04-30")):
        read.loc[:, "tenure"] = -1
    labels = churn_labels(history, "2024-04")
    labels.loc[:, "churned"] = -1
    assert digest(history) == before


def test_snapshots_at_a_day_end_there(history: History) -> None:
    seen = snapshots_at(history, "2024-04-29")
    assert seen["as_of"].max() == pd.Timestamp("2024-03-31")
    assert_frame_equal(seen, history.snapshots.iloc[: len(seen)], check_exact=True)


def test_the_truth_is_right_and_not_among_the_features(history: History) -> None:
    p = history.truth["churn_probability"]
    expected, spread = p.sum(), np.sqrt((p * (1 - p)).sum())
    assert abs(history.labels["churned"].sum() - expected) < 3 * spread
    hidden = {"churn_probability", "dissatisfaction", "monthly_charges", "left_on"}
    assert not hidden & set(history.snapshots.columns)
    assert set(FEATURES) < set(history.snapshots.columns)


def test_two_quiet_years_keep_churn_and_mix() -> None:
    long = simulate_history(Scenario(name="quiet", seed=7))
    monthly = long.labels.groupby("as_of")["churned"].mean()
    assert 0.025 < monthly.mean() < 0.032
    assert monthly.iloc[12:].mean() == pytest.approx(monthly.iloc[:12].mean(), abs=0.004)
    first = long.snapshots[long.snapshots["as_of"] == long.months[0]]
    last = long.snapshots[long.snapshots["as_of"] == long.months[-1]]
    for column in schema.CATEGORICAL:
        then, now = (rows[column].value_counts(normalize=True) for rows in (first, last))
        assert (then - now).abs().max() < 0.08, column
    assert len(last) == pytest.approx(len(first), rel=0.15)


def test_a_price_change_reaches_those_who_have_the_component(history: History) -> None:
    change = PriceChange(date=dt.date(2024, 5, 1), component="Fiber optic", amount=2.5)
    dearer = simulate_history(SMALL.model_copy(update={"price_changes": (change,)}))
    both = history.snapshots.merge(dearer.snapshots, on=[ID, "as_of"], suffixes=("", "_new"))
    rise = (both["MonthlyCharges_new"] - both["MonthlyCharges"]).round(2)
    hit = (both["InternetService"] == "Fiber optic") & (both["as_of"] >= "2024-05-01")
    assert (rise[hit] == 2.5).all()
    assert (rise[~hit] == 0).all()
    april = (frame[frame["as_of"] == "2024-04-30"] for frame in (history.truth, dearer.truth))
    before, after = (rows["churn_probability"].to_numpy() for rows in april)
    fiber = (table(history, "2024-04")["InternetService"] == "Fiber optic").to_numpy()
    assert (after[fiber] > before[fiber]).mean() > 0.99
    assert (after[~fiber] == before[~fiber]).all()


def test_season_moves_churn_up_in_january_and_down_in_july(history: History) -> None:
    seasonal = simulate_history(SMALL.model_copy(update={"seasonality": 0.3}))
    odds = {}
    for name, frame in (("flat", history.truth), ("season", seasonal.truth)):
        p = frame.groupby("as_of")["churn_probability"].mean()
        odds[name] = np.log(p / (1 - p))
    difference = odds["season"] - odds["flat"]
    assert difference["2024-06-30"] == pytest.approx(-0.3, abs=0.08)  # leaving in July
    assert difference["2024-01-31"] > 0.15  # leaving in February
    assert_frame_equal(
        seasonal.snapshots[seasonal.snapshots["as_of"] == "2024-01-31"],
        history.snapshots[history.snapshots["as_of"] == "2024-01-31"],
    )


def test_a_telco_without_newcomers_or_with_a_single_month() -> None:
    alone = simulate_history(SMALL.model_copy(update={"monthly_joins": 0, "months": 3}))
    assert alone.snapshots[ID].nunique() == 2000
    once = simulate_history(SMALL.model_copy(update={"months": 1}))
    assert len(once.snapshots) == len(once.labels) == 2000
