"""The incidents that change what customers do: how strong they are, and whom they leave alone."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from sklearn.metrics import roc_auc_score

from churn import schema
from churn.schema import ID
from churn.simulator.events import simulate_events
from churn.simulator.point_in_time import table
from incident_runs import (
    DATE,
    MAY,
    clean,
    clean_events,
    columns,
    differing,
    log_odds,
    pairs,
    planted,
    probability,
    size,
)


def test_marketing_shift() -> None:
    new = planted("marketing_shift")
    rows = pairs(new)
    joined = rows[rows["signup_month"] >= DATE].drop_duplicates(ID)
    product = {
        "InternetService": "Fiber optic",
        "Contract": "Month-to-month",
        "PaymentMethod": "Electronic check",
        "PhoneService": "Yes",
    }
    had = pd.DataFrame({c: joined[c] == v for c, v in product.items()}).all(axis=1)
    has = pd.DataFrame({c: joined[f"{c}_new"] == v for c, v in product.items()}).all(axis=1)
    assert has[had].all()
    assert has[~had].mean() == pytest.approx(size("marketing_shift"), abs=0.1)
    unmoved = joined[~has | had]
    for column in columns():
        assert not differing(unmoved, column).any(), column
    for month in new.months:
        assert schema.violations(table(new, month)) == []
    # Others neither leave because of it nor stay.
    old_left, new_left = (h.departures[~h.departures[ID].isin(joined[ID])] for h in (clean(), new))
    assert_frame_equal(
        old_left.reset_index(drop=True), new_left.reset_index(drop=True), check_exact=True
    )


def test_price_rise() -> None:
    new = planted("price_rise")
    rows = pairs(new)
    after = rows["as_of"] >= DATE
    ratio = rows["MonthlyCharges_new"] / rows["MonthlyCharges"]
    assert np.allclose(ratio[after], 1 + size("price_rise"), atol=0.025 / 18)  # half a step of 18
    # Bills before the date stay paid as they were.
    extra = (rows["TotalCharges_new"] - rows["TotalCharges"]).groupby(rows[ID]).diff()
    owed = rows["MonthlyCharges_new"] - rows["MonthlyCharges"]
    known = after & extra.notna()
    assert np.allclose(extra[known], owed[known])
    # Ten per cent more adds 0.5 to the log odds of leaving, fading by a fifth each month.
    gap = log_odds(probability(new, "2024-04-30")) - log_odds(probability(clean(), "2024-04-30"))
    assert gap.median() == pytest.approx(0.5, abs=0.1)
    july = (log_odds(probability(h, "2024-07-31")) for h in (new, clean()))
    later = next(july).sub(next(july)).dropna()
    there = later.index.isin(gap.index)
    assert later[there].median() == pytest.approx(0.5 * 0.8**3, abs=0.06)
    assert (later[~there] == 0).all()


def test_competitor_enters() -> None:
    new = planted("competitor_enters")
    before = clean().snapshots
    april = before[before["as_of"] == "2024-04-30"].set_index(ID)
    open_to_it = (april["InternetService"] == "Fiber optic") & (
        april["Contract"] == "Month-to-month"
    )
    old_p, new_p = probability(clean(), "2024-04-30"), probability(new, "2024-04-30")
    assert (new_p[~open_to_it] == old_p[~open_to_it]).all()
    # A small part of the probability is for moving away, which a competitor does not change.
    likely = open_to_it & (old_p > 0.05)
    gap = (log_odds(new_p) - log_odds(old_p))[likely]
    assert gap.mean() == pytest.approx(size("competitor_enters"), abs=0.06)
    old_left, new_left = (set(h.departures[ID]) for h in (clean(), new))
    assert old_left < new_left
    safe = (
        clean()
        .snapshots.groupby(ID)["InternetService"]
        .agg(lambda values: "Fiber optic" not in set(values))
    )
    assert not safe.reindex(list(new_left - old_left)).any()
    old_events, new_events = clean_events("2024-07"), simulate_events(new, "2024-07")
    one, other = (e[e[ID].map(safe)].reset_index(drop=True) for e in (old_events, new_events))
    assert_frame_equal(one, other, check_exact=True)
    # The others call more often from the first month on, before any label can tell.
    calls = [
        frame[(frame["kind"] == "support_call") & frame[ID].isin(open_to_it.index[open_to_it])]
        for frame in (clean_events("2024-05"), simulate_events(new, "2024-05"))
    ]
    assert len(calls[1]) > 1.08 * len(calls[0])


def test_feedback_loop() -> None:
    new = planted("feedback_loop")
    rows = new.snapshots
    assert (rows.loc[rows["as_of"] < DATE, "contacted"] == 0).all()
    may = rows[rows["as_of"] == MAY]
    assert may["contacted"].sum() == round(size("feedback_loop") * len(may))
    chosen = may["contacted"] == 1
    assert may.loc[chosen, "propensity_score"].min() >= may.loc[~chosen, "propensity_score"].max()
    old_p, new_p = (probability(h, str(MAY)).to_numpy() for h in (clean(), new))
    assert (new_p[~chosen] == old_p[~chosen]).all()
    assert new_p[chosen].mean() < 0.4 * old_p[chosen].mean()
    assert (clean().snapshots["contacted"] == 0).all()
    # The labels now say that a high score means less than it did.
    labels = [h.labels.merge(h.snapshots, on=[ID, "as_of"]) for h in (clean(), new)]
    before, after = (
        roc_auc_score(frame["churned"], frame["propensity_score"])
        for frame in (frame[frame["as_of"] >= DATE] for frame in labels)
    )
    assert after < before - 0.03


def test_threshold_no_longer_right() -> None:
    new = planted("threshold_no_longer_right")
    old_p, new_p = probability(clean(), "2024-04-30"), probability(new, "2024-04-30")
    likely = old_p > 0.05
    gap = (log_odds(new_p) - log_odds(old_p))[likely]
    assert gap.mean() == pytest.approx(size("threshold_no_longer_right"), abs=0.06)
    assert old_p.rank().corr(new_p.rank()) > 0.9999
    joint = new.labels.query("as_of >= '2024-04-30'")["churned"].mean()
    alone = clean().labels.query("as_of >= '2024-04-30'")["churned"].mean()
    assert 1.4 < joint / alone < 2.2
