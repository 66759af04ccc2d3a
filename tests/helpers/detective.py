"""Finds out what happened in a drill, from its tables alone: what a patient learner would do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn.schema import ID

Tables = dict[str, pd.DataFrame]
#: kind, column, date
Found = tuple[str, str, str]


def investigate(tables: Tables) -> Found:
    """The first suspicion that holds, the plainest first; ``nothing`` if none does."""
    for suspicion in SUSPICIONS:
        if found := suspicion(tables):
            return found
    return "nothing", "", ""


def _month(day: Any) -> str:
    return f"{day:%Y-%m}-01"


def _first(days: pd.Series) -> str:
    return _month(days.min())


def _copies(tables: Tables) -> Found | None:
    after = tables["after"]
    twice = after[after.duplicated()]
    return ("duplicated_batch", ID, _first(twice["as_of"])) if len(twice) else None


def _another_past(tables: Tables) -> Found | None:
    before, after = tables["before"], tables["after"]
    key = [ID, "as_of"]
    both = before.merge(after, on=key, suffixes=("", " now"))
    for column in before.columns.drop(key):
        if not both[column].equals(both[f"{column} now"]):
            gaps = after[column].isna().groupby(after["as_of"]).any()
            return "backfilled_column", column, _month(gaps[gaps].index.min())
    return None


def _clones(tables: Tables) -> Found | None:
    after = tables["after"]
    same = after[after.duplicated(list(after.columns.drop(ID)), keep=False)]
    many = same.groupby("as_of").size()
    many = many[many > 30]
    return ("test_data_in_production", ID, _month(many.index.min())) if len(many) else None


def _new_words(tables: Tables) -> Found | None:
    after, known = tables["after"], tables["before"]
    kinds = {"gender": "new_gender_categories", "legacy_device_code": "legacy_feature"}
    for column, kind in kinds.items():
        new = after[~after[column].isin(known[column].unique())]
        if len(new):
            return kind, column, _first(new["as_of"])
    return None


def _gaps(tables: Tables) -> Found | None:
    after, known = tables["after"], tables["before"]
    for column in after.columns[known.notna().all()]:
        missing = after[after[column].isna()]
        if len(missing):
            first = missing["as_of"].min()
            there = after[(after["as_of"] == first) & after[column].notna()].set_index(ID)[column]
            days = sorted(after["as_of"].unique())
            last = after[after["as_of"] == days[days.index(first) - 1]].set_index(ID)[column]
            still = (there == last.reindex(there.index)).all()
            return "stale_feed" if still else "missing_block", column, _month(first)
    return None


def _contacts(tables: Tables) -> Found | None:
    contacted = tables["after"].query("contacted == 1")
    return ("feedback_loop", "Churn", _first(contacted["as_of"])) if len(contacted) else None


def _amounts(tables: Tables) -> Found | None:
    after = tables["after"].sort_values([ID, "as_of"])
    for column in ("MonthlyCharges", "TotalCharges"):
        change = after.groupby(ID)[column].pct_change()
        typical = change.groupby(after["as_of"]).median().iloc[1:]
        if typical.max() > 50:
            return "unit_change_to_cents", column, _month(typical.idxmax())
        if column == "MonthlyCharges" and typical.max() > 0.04:
            return "price_rise", column, _month(typical.idxmax())
    return None


def _estimates(tables: Tables) -> Found | None:
    by_month = tables["after"].groupby("as_of")
    for column, kind, jump in (
        ("network_quality", "reestimated_column", 2.0),
        ("propensity_score", "upstream_model_corrected", 0.03),
    ):
        step = by_month[column].mean().diff().abs()
        if step.max() > jump:
            return kind, column, _month(step.idxmax())
    return None


def _newcomers(tables: Tables) -> Found | None:
    after = tables["after"]
    # In the first month everybody is new to the tables.
    joined = after[(after["tenure"] == 1) & (after["as_of"] > after["as_of"].min())]
    fiber = (joined["InternetService"] == "Fiber optic").groupby(joined["as_of"])
    step, gain = _step(fiber.sum().to_numpy(), fiber.size().to_numpy())
    if gain < 15:
        return None
    return "marketing_shift", "InternetService", _month(fiber.size().index[step])


def _hours(tables: Tables) -> Found | None:
    """The day and the shift of the daily profile that make the hours of usage likeliest."""
    events = tables["events"]
    used = events[events["kind"] == "usage_data"]
    days = used["occurred_at"].dt.floor("D")
    counts = pd.crosstab(days, used["occurred_at"].dt.hour).reindex(columns=range(24), fill_value=0)
    usual = counts.iloc[:60].sum().to_numpy() + 1.0
    logs = np.log(usual / usual.sum())
    # By shift and day; a day's gain over an unshifted profile, summed from each day to the end.
    likely = np.array([counts.to_numpy() @ np.roll(logs, shift) for shift in range(24)])
    gains = (likely - likely[0])[:, ::-1].cumsum(axis=1)[:, ::-1]
    shift, day = np.unravel_index(gains.argmax(), gains.shape)
    if gains[shift, day] < 30:
        return None
    return "time_zone_shift", "occurred_at", f"{counts.index[day]:%Y-%m-%d}"


def _departures(tables: Tables) -> Found | None:
    rows = tables["labels"].merge(tables["after"], on=[ID, "as_of"])
    open_to_offers = (rows["InternetService"] == "Fiber optic") & (
        rows["Contract"] == "Month-to-month"
    )
    all_of, inside = rows.groupby("as_of"), rows[open_to_offers].groupby("as_of")
    step, gain = _step(all_of["churned"].sum().to_numpy(), all_of.size().to_numpy())
    if gain < 15:
        return None
    outside = rows[~open_to_offers].groupby("as_of")
    ratios = []
    for group in (inside, outside):
        left, there = group["churned"].sum().to_numpy(), group.size().to_numpy()
        early, late = (left[s].sum() / there[s].sum() for s in (slice(step), slice(step, None)))
        ratios.append(np.log(late / early))
    kind = (
        "threshold_no_longer_right"
        if abs(ratios[1]) > 0.4 * abs(ratios[0])
        else "competitor_enters"
    )
    # Whoever is counted in a snapshot leaves in the month after it.
    return kind, "Churn", _month(all_of.size().index[step] + pd.offsets.MonthEnd(1))


def _step(hits: NDArray[np.integer[Any]], of: NDArray[np.integer[Any]]) -> tuple[int, float]:
    """The month from which on the share is another one, and what that gains in log-likelihood."""

    def best(s: slice) -> float:
        k, n = hits[s].sum(), of[s].sum()
        p = min(max(k / n, 1e-9), 1 - 1e-9)
        return float(k * np.log(p) + (n - k) * np.log(1 - p))

    # In the first eight months nothing happened, and a month at the end proves nothing.
    months = range(8, len(of) - 1)
    gains = {t: best(slice(t)) + best(slice(t, None)) - best(slice(None)) for t in months}
    step = max(gains, key=lambda t: gains[t])
    return step, gains[step]


SUSPICIONS: list[Callable[[Tables], Found | None]] = [
    _another_past, _copies, _clones, _new_words, _gaps, _contacts, _amounts, _estimates,
    _newcomers, _hours, _departures,
]  # fmt: skip


def answers(kind: str, seeds: range) -> Iterator[tuple[Found, dict[str, object]]]:
    """What is found and what is true in drills of one kind."""
    from coursekit.incidents import planting

    for seed in seeds:
        scenario = planting.plant(kind, np.random.default_rng([seed, len(kind)]))
        yield investigate(planting.evidence(scenario)), planting.truth(scenario)
