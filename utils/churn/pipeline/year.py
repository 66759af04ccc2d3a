"""A year in which nobody looks after the pipeline, and its books.

    begin(stores, months_before)
    for day in the_year:
        month = live_month(stores, day)
        earned = dollars(contacted(stores), leaves_next_month, campaign)

What happens to the telco is no business of this module: see :mod:`churn.simulator.redrawn`. The books
are kept with what came true, which no job ever reads: the expected dollars of contacting those whom the
served scores contact. The history is one in which nobody was contacted, as in :mod:`churn.training.continuous.replay`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from churn import features, schema
from churn.labels import Day
from churn.metrics import Campaign, campaign_value
from churn.pipeline import runs, tables
from churn.pipeline.graph import MONTHLY, JobError, run_job, run_jobs
from churn.pipeline.jobs.deploy import scorer_of
from churn.pipeline.stores import Stores
from churn.registry.promotion import CHAMPION
from churn.scoring.store import ScoreStore
from churn.training.continuous.replay import Model, Timeline


@dataclass(frozen=True)
class Month:
    """What the pipeline did with a month.

    Attributes:
        as_of: the month's end.
        stopped: why it stopped, in one sentence; empty if it did not.
        drifted: the column that changed most, whether by enough to count or not; empty if nobody
            looked.
        surprise: standard errors by which more left than promised; NaN if nobody looked.
        decision: what the last job said; empty if the month stopped before it.
        champion: the version that serves at the end of the month.
    """

    as_of: pd.Timestamp
    stopped: str
    drifted: str
    surprise: float
    decision: str
    champion: str


def begin(stores: Stores, days: Sequence[Day]) -> None:
    """Set up, take in the months ``days``, and let the last of them have a champion and scores.

    Raises:
        JobError: if a job stops, or the gate refuses the first model.
    """
    run_job(stores, "setup", days[0])
    for day in days:
        run_job(stores, "feature_tables", day)
    deployed = run_jobs(stores, ("train", "deploy"), days[-1])[-1]
    if not deployed.made["promoted"]:
        raise JobError(deployed.said)
    run_job(stores, "batch_inference", days[-1])


def live_month(
    stores: Stores, day: Day, late: Sequence[Day] = (), jobs: Sequence[str] = MONTHLY
) -> Month:
    """Run a month's jobs; if one stops, the last scores go on being served.

    Args:
        stores: of the environment.
        day: the month's end.
        late: earlier months that were delivered again since, oldest first; one that is still bad
            stays out.
        jobs: in their order.
    """
    stopped, said = "", ""
    for month in late:
        try:
            run_job(stores, "feature_tables", month)
        except JobError as error:
            stopped = str(error)
    try:
        said = run_jobs(stores, jobs, day)[-1].said
    except JobError as error:
        stopped = str(error)
    end = pd.Timestamp(day)
    looked = end in tables.months(stores.tables, tables.MONITORING)
    row = tables.read(stores.tables, tables.MONITORING, end).iloc[0] if looked else None
    return Month(
        as_of=end,
        stopped=stopped,
        drifted="" if row is None else str(row["column"]),
        surprise=float("nan") if row is None else float(row["surprise"]),
        decision=said,
        champion=stores.promotion.version_of(CHAMPION) or "",
    )


def contacted(stores: Stores) -> set[str]:
    """Whom the served scores contact."""
    with closing(ScoreStore(stores.scores_url)) as store:
        served = store.served()
    return set(served.loc[served["contact"].astype(bool), schema.ID])


def dollars(contacts: Collection[str], leaves: pd.Series, campaign: Campaign) -> float:
    """Expected dollars of contacting ``contacts``, compared with doing nothing.

    Args:
        contacts: customers; who is not in ``leaves`` has left already and costs nothing.
        leaves: 0 or 1 (leaves within the month) by customer, of all who are customers.
        campaign: its prices.
    """
    asked = leaves.index.isin(list(contacts)).astype(float)
    return campaign_value(leaves.to_numpy(), asked, 1.0, campaign)


def right_months(
    timeline: Timeline, at_work: Callable[[pd.Timestamp], frozenset[Any]], day: Day
) -> list[pd.Timestamp]:
    """What an oracle that knows every incident trains on: the labelled months that are like today.

    It knows the date and the kind of each incident, begun or about to begin, and not what will come of
    it: it has the labels that are known on ``day``, as everybody. Of these it takes every month
    after which the same incidents were at work as after today; if there is none yet, the months that
    differ in the fewest.

    Args:
        timeline: the history as it was.
        at_work: the incidents that change who leaves in the month after a day.
        day: the month's end.
    """
    known, now = timeline.labelled_months(pd.Timestamp(day)), at_work(pd.Timestamp(day))
    apart = {month: len(at_work(month) ^ now) for month in known}
    return [month for month in known if apart[month] == min(apart.values())]


def earned_on(
    timeline: Timeline,
    days: Sequence[pd.Timestamp],
    lost: Collection[pd.Timestamp],
    choose: Callable[[pd.Timestamp], list[pd.Timestamp]],
    campaign: Campaign,
) -> list[float]:
    """Dollars, month by month, of a model that is trained each month on months of one's choice.

    Args:
        timeline: the history as it was.
        days: month ends.
        lost: those whose delivery nobody can use: the customers of the month before are scored.
        choose: from a month's end to the months to train on.
        campaign: its prices.
    """
    usable = [day for day in timeline.months if day not in lost]
    earned = []
    for day in days:
        scored = max(one for one in usable if one <= day)
        p = window_scores(timeline, choose(day), scored)
        contacts = timeline.ids(scored)[p >= campaign.break_even]
        leaves = pd.Series(timeline.outcome(day), index=timeline.ids(day))
        earned.append(dollars(contacts.tolist(), leaves, campaign))
    return earned


def window_model(timeline: Timeline, window: list[pd.Timestamp]) -> Model:
    """The model of some months; fitted once a timeline."""

    def fit() -> Model:
        rows = timeline.labelled(window)
        return timeline.fit(features.features(rows), rows["churned"].to_numpy())

    return timeline.once(("year", tuple(window)), fit)


def window_scores(timeline: Timeline, window: list[pd.Timestamp], day: pd.Timestamp) -> np.ndarray:
    """The scores of the customers of ``day`` by the model of some months; asked once."""

    def score() -> np.ndarray:
        model = window_model(timeline, window)
        return np.asarray(model.predict_proba(timeline.today(day)))[:, 1]

    return timeline.once(("year", tuple(window), day), score)


def bad_versions(
    earned: Callable[[str, list[pd.Timestamp]], float],
    first: str,
    books: Sequence[Month],
    truth: Timeline,
    most: float,
) -> dict[str, str]:
    """The champions that should not have been: by version, what is wrong.

    A champion is bad if in the months in which it served it would have earned less than doing
    nothing, or by more than ``most`` dollars a customer and month less than the champion that it
    replaced would have earned in the same months.

    Args:
        earned: what a version would have earned in some months; see :func:`earned_by`.
        first: the champion that the year began with; it is not judged.
        books: its months.
        truth: the history as it was.
        most: dollars a customer and month.
    """
    found: dict[str, str] = {}
    served = [version for version in dict.fromkeys(one.champion for one in books) if version]
    days = {version: [one.as_of for one in books if one.champion == version] for version in served}
    before = first
    for version in (one for one in served if one != first):
        mine = earned(version, days[version])
        theirs = earned(before, days[version])
        customers = sum(len(truth.outcome(day)) for day in days[version])
        if mine < 0:
            found[version] = f"${mine:,.0f}, and doing nothing earns $0"
        elif mine - theirs < -most * customers:
            found[version] = f"${mine:,.0f}, and version {before} would have earned ${theirs:,.0f}"
        before = version
    return found


def earned_by(stores: Stores, version: str, truth: Timeline, days: Sequence[pd.Timestamp]) -> float:
    """What a version would have earned with the customers of ``days``."""
    campaign = stores.config.campaign
    with scorer_of(stores, version) as score:
        return sum(
            campaign_value(
                truth.outcome(day),
                np.asarray(score(truth.today(day)), dtype=float),
                campaign.break_even,
                campaign,
            )
            for day in days
        )


def decisions(books: Sequence[Month]) -> pd.DataFrame:
    """The months as a table, to print."""
    return pd.DataFrame(
        {
            "month": [runs.month_of(month.as_of) for month in books],
            "drift": [month.drifted or "-" for month in books],
            "surprise": [month.surprise for month in books],
            "champion": [month.champion for month in books],
            "decision": [month.stopped or month.decision for month in books],
        }
    )
