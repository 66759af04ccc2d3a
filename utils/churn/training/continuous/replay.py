"""Month by month through a history under one policy of retraining, and what it costs.

    timeline = Timeline(history.snapshots, history.labels, fit)
    books = replay(timeline, Policy(triggers.every(3)), first="2025-01-31")

On the last day of each month the company looks at what it knows, retrains or does not, scores its
customers and contacts those whose score is at least the campaign's break-even. Nothing but the
books, which are written afterwards, reads a label before its ``known_on``.

The history is one in which nobody was contacted: the campaign's effect is booked as an expectation
and not played back into the data.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn import features, schema
from churn.labels import Day
from churn.metrics import Campaign
from churn.training.continuous.triggers import Situation, Trigger
from churn.training.continuous.windows import Choose, everything

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]


class Model(Protocol):
    """What is asked of a model: probabilities of both labels, shape (n, 2)."""

    def predict_proba(self, X: pd.DataFrame, /) -> Any: ...


#: From feature columns and labels to a fitted model.
Fit = Callable[[pd.DataFrame, Labels], Model]
#: Why rows may not be trained on, or ``""``.
DataGate = Callable[[pd.DataFrame], str]
#: Why a candidate may not serve, or ``""``: candidate, champion, rows to judge them on, training rows.
ModelGate = Callable[[Model, Model, pd.DataFrame, pd.DataFrame], str]


@dataclass(frozen=True)
class Prices:
    """What a policy costs besides the campaign, in dollars: a training, and a customer's label."""

    training: float = 500.0
    label: float = 0.02


#: A voucher each month, which pays from a churn probability of 14.5 % within the month on.
VOUCHER = Campaign(contact_cost=5, offer_cost=20, saved_value=400, success_rate=0.4)


@dataclass(frozen=True)
class Policy:
    """When to retrain, and on what.

    Attributes:
        trigger: asked once a month; True retrains.
        months: so many of the newest labelled months are bought for a training.
        choose: which rows of these months the model is fitted on.
        watches_labels: whether the trigger sees the newest labels (they are bought each month).
    """

    trigger: Trigger
    months: int = 3
    choose: Choose = everything
    watches_labels: bool = False


class Timeline:
    """A history as the company gets to know it; each model is fitted and asked once.

    Several policies share one timeline, so that what they have in common is computed once.
    """

    def __init__(self, snapshots: pd.DataFrame, labels: pd.DataFrame, fit: Fit) -> None:
        """Join snapshots and labels.

        Args:
            snapshots: ``customerID``, ``as_of`` and the nineteen feature columns.
            labels: ``customerID``, ``as_of``, ``churned`` (0/1: leaves within the next month, so
                that each departure is booked once) and ``known_on``.
            fit: makes a model.
        """
        self.fit = fit
        rows = snapshots.merge(labels, on=[schema.ID, "as_of"], validate="one_to_one")
        rows["tenure"] = rows["tenure"].clip(upper=schema.MAX_TENURE)
        rows["TotalCharges"] = rows["TotalCharges"].astype("float64").fillna(0.0)
        self.months: list[pd.Timestamp] = sorted(rows["as_of"].unique())
        self._rows = {day: part.reset_index(drop=True) for day, part in rows.groupby("as_of")}
        complete = rows.groupby("as_of")["known_on"].max()
        self._known_on = dict(zip(complete.index, complete, strict=True))
        self._kept: dict[Hashable, Any] = {}

    def today(self, day: pd.Timestamp) -> pd.DataFrame:
        """The customers of ``day`` with their features, without labels."""
        return self.once(("today", day), lambda: features.features(self._rows[day]))

    def ids(self, day: pd.Timestamp) -> NDArray[np.object_]:
        """The customers of ``day``, in the order of :meth:`today` and :meth:`outcome`."""
        return self._rows[day][schema.ID].to_numpy(dtype=object)

    def labelled_months(self, day: pd.Timestamp) -> list[pd.Timestamp]:
        """The snapshots of which all labels are known on ``day``, oldest first."""
        return [month for month in self.months if self._known_on[month] <= day]

    def labelled(self, months: list[pd.Timestamp]) -> pd.DataFrame:
        """The rows of some months, features, ``as_of``, ``churned`` and ``known_on``."""
        return pd.concat([self._rows[month] for month in months], ignore_index=True)

    def outcome(self, day: pd.Timestamp) -> Labels:
        """Who of the customers of ``day`` leaves: for the books, which are closed later."""
        return self._rows[day]["churned"].to_numpy()

    def once[T](self, key: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` gave when ``key`` was first asked for."""
        if key not in self._kept:
            self._kept[key] = make()
        found: T = self._kept[key]
        return found


@dataclass(frozen=True)
class _Version:
    """A model, the key under which its scores are kept, and what it was fitted on."""

    model: Model
    key: Hashable
    rows: pd.DataFrame


@dataclass
class Month:
    """A line of the books.

    Attributes:
        as_of: the day of the campaign.
        customers: of that day.
        contacted: of them.
        leavers: who would leave within the month if nobody were contacted.
        contacts: dollars for contacts and offers.
        lost: the dollars that the customers who leave in spite of the campaign were worth.
        training: dollars for a training, a refused candidate's too.
        labels: dollars for labels that had not been bought before.
        retrained: whether a new model went live.
        note: why a training was refused, else ``""``.
    """

    as_of: pd.Timestamp
    customers: int
    contacted: int
    leavers: int
    contacts: float
    lost: float
    training: float = 0.0
    labels: float = 0.0
    retrained: bool = False
    note: str = ""


def replay(
    timeline: Timeline,
    policy: Policy,
    first: Day,
    last: Day | None = None,
    prices: Prices | None = None,
    campaign: Campaign = VOUCHER,
    data_gate: DataGate | None = None,
    model_gate: ModelGate | None = None,
) -> pd.DataFrame:
    """The books of a policy: one row per month from ``first`` to ``last``.

    The first model is trained (and paid) in the first month. With a model gate the newest labelled
    month is not trained on: candidate and champion are judged on it. A refused training is paid,
    and the champion stays.

    Returns:
        A frame with the columns of :class:`Month` and ``cost``, all dollars together.

    Raises:
        ValueError: if no labels are known in the first month.
    """
    prices = prices or Prices()
    end = timeline.months[-1] if last is None else pd.Timestamp(last)
    days = [day for day in timeline.months if pd.Timestamp(first) <= day <= end]
    champion: _Version | None = None
    since, bought, books = 0, set[pd.Timestamp](), list[Month]()
    for number, day in enumerate(days):
        labelled = timeline.labelled_months(day)
        if not labelled:
            raise ValueError(f"no label is known on {day:%Y-%m-%d}: begin later")
        wanted: set[pd.Timestamp] = set()
        retrain = champion is None
        if champion is not None:
            newest = labelled[-1] if policy.watches_labels else None
            wanted |= {newest} if newest is not None else set()
            retrain = policy.trigger(_situation(timeline, champion, number, since, day, newest))
        note, paid, replaced = "", 0.0, False
        if retrain:
            kept_back = 1 if model_gate and champion else 0
            months = labelled[: len(labelled) - kept_back][-policy.months :]
            wanted |= set(months) | set(labelled[len(labelled) - kept_back :])
            rows = timeline.labelled(months)
            note = data_gate(rows) if data_gate else ""
            if not note:
                paid = prices.training
                candidate = _train(timeline, policy, months, day)
                if model_gate and champion:
                    judged = timeline.labelled(labelled[-1:])
                    note = model_gate(candidate.model, champion.model, judged, candidate.rows)
                if not note:
                    champion, since, replaced = candidate, 0, True
        if champion is None:
            raise ValueError(f"the first model was refused on {day:%Y-%m-%d}: {note}")
        line = _campaign(timeline, champion, campaign, day)
        line.training, line.retrained, line.note = paid, replaced, note
        line.labels = prices.label * sum(len(timeline.today(m)) for m in wanted - bought)
        bought |= wanted
        books.append(line)
        since += 1
    frame = pd.DataFrame([asdict(line) for line in books])
    return frame.assign(cost=frame[["contacts", "lost", "training", "labels"]].sum(axis=1))


def _train(
    timeline: Timeline, policy: Policy, months: list[pd.Timestamp], day: pd.Timestamp
) -> _Version:
    # What is chosen may depend on today's customers, so a model belongs to a day.
    about = () if policy.choose is everything else (policy.choose, day)
    key = ("model", tuple(months), about)

    def make() -> _Version:
        rows = policy.choose(timeline.labelled(months), timeline.today(day))
        model = timeline.fit(features.features(rows), rows["churned"].to_numpy())
        return _Version(model, key, rows)

    return timeline.once(key, make)


def _scores(timeline: Timeline, version: _Version, day: pd.Timestamp) -> Floats:
    def make() -> Floats:
        return np.asarray(version.model.predict_proba(timeline.today(day)))[:, 1]

    return timeline.once(("scores", version.key, day), make)


def _situation(
    timeline: Timeline,
    champion: _Version,
    number: int,
    since: int,
    day: pd.Timestamp,
    newest: pd.Timestamp | None,
) -> Situation:
    empty = np.empty(0)
    return Situation(
        number=number,
        day=day,
        since_training=since,
        trained_on=features.features(champion.rows),
        today=timeline.today(day),
        y=empty.astype(np.int64) if newest is None else timeline.outcome(newest),
        p=empty if newest is None else _scores(timeline, champion, newest),
    )


def _campaign(
    timeline: Timeline, champion: _Version, campaign: Campaign, day: pd.Timestamp
) -> Month:
    y = timeline.outcome(day)
    contacted = _scores(timeline, champion, day) >= campaign.break_even
    leavers = int(y[contacted].sum())
    kept = campaign.success_rate * leavers
    takers = int(contacted.sum()) - leavers + kept  # everybody who stays takes the offer
    return Month(
        as_of=day,
        customers=len(y),
        contacted=int(contacted.sum()),
        leavers=int(y.sum()),
        contacts=campaign.contact_cost * int(contacted.sum()) + campaign.offer_cost * takers,
        lost=campaign.saved_value * (int(y.sum()) - kept),
    )
