"""A year of the pipeline in memory: its decisions without its stores, for many telcos in minutes.

    door = judged(as_recorded, as_it_was, config, days, repaired)
    rehearsal = rehearsed(timeline, config, days, door.refused, door.again)

The checks at the door, trigger, drift detector, training window and the gate's criteria are the
pipeline's own functions. Left out: Feast's join, the package and its ONNX copy (the same scores to
rounding), and the criteria that are about files. ``make year`` lives through one year with the stores as
well and prints in how many months both decided the same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn import schema
from churn.data.landing import content
from churn.data.origin import BatchRefusedError
from churn.metrics import Campaign, campaign_value
from churn.pipeline import early
from churn.pipeline.config import Config
from churn.pipeline.deliveries import Delivery, accepted
from churn.pipeline.jobs import monitor, retrain, train
from churn.pipeline.year import Month, dollars, window_model, window_scores
from churn.registry.gates import CRITERIA, Evidence
from churn.registry.gates.evidence import Scorer
from churn.registry.gates.gate import ask
from churn.training.continuous import Timeline, surprise
from churn.training.continuous.windows import since_change

#: The criteria that look at scores and not at files.
OF_SCORES = (
    "quality", "worst_slice", "calibration", "money", "invariance", "direction",
    "minimum_functionality",
)  # fmt: skip
Window = tuple[pd.Timestamp, ...]


class Recorded(Protocol):
    """A history, as far as it is delivered; see :func:`churn.data.landing.deliver`."""

    @property
    def snapshots(self) -> pd.DataFrame:
        """Of all months."""

    @property
    def departures(self) -> pd.DataFrame:
        """Of all months, with the day from which on each is known."""


@dataclass(frozen=True)
class Door:
    """What the checks at the door say of some months.

    Attributes:
        refused: month ends whose delivery was refused, and in which words.
        again: those of them that were delivered again a month later, and accepted then.
    """

    refused: dict[pd.Timestamp, str]
    again: list[pd.Timestamp]


def judged(
    recorded: Recorded,
    true: Recorded,
    config: Config,
    days: Sequence[pd.Timestamp],
    repaired: Collection[pd.Timestamp],
) -> Door:
    """Put each month's delivery through the pipeline's own checks, in the pipeline's order.

    Args:
        recorded: the history as the source systems recorded it.
        true: as it was; a repaired delivery is of it.
        config: of the environment.
        days: month ends; the month before them has been delivered well.
        repaired: those that are delivered again a month later.
    """
    lies = {days[0] - pd.offsets.MonthEnd(): recorded}
    there, refused, again = set(lies), {}, []

    def said(day: pd.Timestamp) -> str:
        """Why a delivery is refused; empty if it is accepted."""
        customers, departures = content(day, lies[day].snapshots, lies[day].departures)
        month = day - pd.offsets.MonthEnd()
        before = None
        if month in there:
            before = content(month, lies[month].snapshots, lies[month].departures)[0]
        try:
            accepted(Delivery(customers, departures), before, config.quality, day)
        except BatchRefusedError as error:
            return str(error)
        there.add(day)
        return ""

    for day in days:
        late = day - pd.offsets.MonthEnd()
        lies[day] = recorded
        if late in repaired:
            lies[late] = true
            if late in refused and not said(late):
                again.append(late)
        if why := said(day):
            refused[day] = why
    return Door(refused, again)


@dataclass
class Rehearsal:
    """What happened.

    Attributes:
        windows: the months that each version was trained on, the first champion's being "1".
        books: the months.
        earned: dollars of each month.
    """

    windows: dict[str, Window]
    books: list[Month] = field(default_factory=list)
    earned: list[float] = field(default_factory=list)

    def earned_by(
        self, timeline: Timeline, campaign: Campaign, version: str, days: Sequence[pd.Timestamp]
    ) -> float:
        """What a version would have earned with the customers of ``days``."""
        return sum(
            campaign_value(
                timeline.outcome(day),
                window_scores(timeline, list(self.windows[version]), day),
                campaign.break_even,
                campaign,
            )
            for day in days
        )


def rehearsed(
    timeline: Timeline,
    config: Config,
    days: Sequence[pd.Timestamp],
    refused: Mapping[pd.Timestamp, str] | Collection[pd.Timestamp] = (),
    again: Collection[pd.Timestamp] = (),
) -> Rehearsal:
    """Live through ``days``; the months before them have been delivered well.

    Args:
        timeline: the history as it was.
        config: of the environment; it has to see all customers.
        days: month ends.
        refused: those whose delivery is refused, and why where that is known; see :func:`judged`.
        again: those of them that are delivered again, and well, a month later.
    """
    there = {month for month in timeline.months if month < days[0]}
    last = max(there)
    known, reference = _months(timeline, config, there, last)
    done = Rehearsal({"1": _window(timeline, config, known)})
    champion, trained = "1", last
    asked = _asked(timeline, config, done.windows[champion], last)
    for number, day in enumerate(days):
        if number and days[number - 1] in again:
            there.add(days[number - 1])
        why_not = refused.get(day, "") if isinstance(refused, Mapping) else ""
        month = Month(day, why_not or "refused at the door", "", float("nan"), "", champion)
        if day not in refused:
            there.add(day)
            asked = _asked(timeline, config, done.windows[champion], day)
            known, reference = _months(timeline, config, there, day)
            row = _look(timeline, config, done.windows[champion], day, reference)
            age = int((day.to_period("M") - trained.to_period("M")).n)
            why = retrain.reason(config.trigger, row, age)
            said = retrain.why_it_stays(config.labels, champion, why, f"{reference:%Y-%m}", day)
            if not said:
                candidate = str(len(done.windows) + 1)
                done.windows[candidate] = _window(timeline, config, known)
                against = _refusals(
                    timeline, config, done.windows[candidate], done.windows[champion], reference
                )
                said = f"because {why}: version {candidate} "
                if against:
                    said += f"is refused by {', '.join(against)}; version {champion} stays"
                else:
                    said += f"is the champion, in place of version {champion}"
                    champion, trained = candidate, day
                    asked = _asked(timeline, config, done.windows[champion], day)
            month = Month(day, "", str(row["column"]), float(row["surprise"]), said, champion)
        leaves = pd.Series(timeline.outcome(day), index=timeline.ids(day))
        done.books.append(month)
        done.earned.append(dollars(asked, leaves, config.campaign))
    return done


def _asked(timeline: Timeline, config: Config, window: Window, day: pd.Timestamp) -> list[str]:
    p = window_scores(timeline, list(window), day)
    found: list[str] = timeline.ids(day)[p >= config.campaign.break_even].tolist()
    return found


def _months(
    timeline: Timeline, config: Config, there: Collection[pd.Timestamp], day: pd.Timestamp
) -> tuple[list[pd.Timestamp], pd.Timestamp]:
    """The months to train on and the later one to judge and to watch."""
    rule = config.labels.rule
    known = [month for month in timeline.labelled_months(day) if month in there]
    later = None
    if config.labels.early:
        seen = [m for m in there if m > rule.youngest(day) and early.seen_on(rule, m) <= day]
        later = max((m for m in seen if early.seen_on(rule, m) in there), default=None)
    return train.divided(known, later, config.training.months)


def _window(timeline: Timeline, config: Config, months: list[pd.Timestamp]) -> Window:
    def choose() -> Window:
        rows = timeline.labelled(months)
        if len(rows) > config.training.max_rows:
            raise ValueError(f"a rehearsal draws no rows: {len(rows):,} are more than max_rows")
        if config.training.window == "since_change":
            rows = since_change(rows, timeline.fit, config.trigger.errors)
        return tuple(sorted(rows["as_of"].unique()))

    return timeline.once(("window", tuple(months), config.digest()), choose)


def _look(
    timeline: Timeline, config: Config, window: Window, day: pd.Timestamp, newest: pd.Timestamp
) -> pd.Series:
    """The row of ``monitoring``, as far as the trigger reads it."""

    def watched(months: list[pd.Timestamp]) -> pd.DataFrame:
        rows = timeline.labelled(months).sort_values(["as_of", schema.ID], ignore_index=True)
        return rows[monitor.WATCHED]

    drift = monitor.drift_of(watched(list(window)), watched([day]), config.monitor)
    p = window_scores(timeline, list(window), newest)
    return pd.Series({**drift, "surprise": surprise(timeline.outcome(newest), p)})


def _refusals(
    timeline: Timeline, config: Config, candidate: Window, champion: Window, month: pd.Timestamp
) -> list[str]:
    """The gate's criteria that refuse a candidate, of those that look at scores."""
    rows = timeline.labelled([month])
    rows[schema.TARGET] = np.where(rows["churned"] == 1, "Yes", "No").astype(object)

    def scorer(window: Window) -> Scorer:
        model = window_model(timeline, list(window))

        def score(X: pd.DataFrame) -> NDArray[np.float64]:
            return np.asarray(model.predict_proba(X))[:, 1]

        return score

    evidence = Evidence(
        table=rows[[*schema.COLUMNS, "as_of"]],
        candidate=scorer(candidate),
        champion=scorer(champion),
        lineage={"trained_until": f"{candidate[-1]:%Y-%m-%d}"},
    )
    verdicts = [ask(name, CRITERIA[name], evidence, config.bounds) for name in OF_SCORES]
    return [one.name for one in verdicts if not one.passed]
