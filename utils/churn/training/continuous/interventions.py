"""A retention model whose own contacts change the labels that it learns from.

    campaign = RetrainedCampaign(share=0.2, hold_out=0.05, labels="weighted")
    history = simulate_history(scenario, policy=campaign)

Whoever is contacted and stays is labelled "stayed", whoever is driven away by the contact is labelled
"left". A model that is trained on such labels learns what its own contacts did, not who leaves if left
alone. Three ways to treat the labels:

``"all"``        takes them as they are.
``"untouched"``  leaves out who was contacted. Nobody like the riskiest customers is left to learn from,
                 so what the model says of them is an extrapolation.
``"weighted"``   leaves them out, too, and lets each customer who was *held out* by lot stand for those
                 like them who were not: a weight of 1 / P(not contacted), inverse propensity weighting
                 (Horvitz & Thompson, JASA 47, 1952). It needs a hold-out.

A contact is taken to matter for the label of the month that follows it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from churn import features, schema
from churn.training.models import ModelKind, make_model

Labels = Literal["all", "untouched", "weighted"]
KEYS = [schema.ID, "as_of"]


class Records(Protocol):
    """What a company has on record at the end of a month, as far as a campaign reads it."""

    @property
    def snapshot(self) -> pd.DataFrame:
        """A row for each customer of the day: ``customerID``, ``as_of`` and the schema's columns."""

    @property
    def labels(self) -> pd.DataFrame:
        """The labels known by the day: ``customerID``, ``as_of``, ``churned``."""


@dataclass
class RetrainedCampaign:
    """Contacts the customers with the highest scores, every month, and learns from what came of it.

    One object lives through one history: it keeps what it saw and decided.

    Attributes:
        share: of the customers whom the model chooses.
        hold_out: share of those chosen who are left alone by lot.
        labels: how labels of contacted customers are treated.
        start: months without contacts at the beginning, whose labels are everybody's; more than the
            labels' delay, or there is nothing to learn from.
        window: months of labels that a model learns from.
        every: months from one training to the next; None keeps the first model for ever.
        kind: of the model.
        seed: of the lot.
        log: what was decided, month by month: ``customerID``, ``as_of``, ``score``, ``chosen``,
            ``contacted``, ``p_contact`` (the chance of being contacted, known because it was drawn).
    """

    share: float = 0.2
    hold_out: float = 0.0
    labels: Labels = "all"
    start: int = 6
    window: int = 3
    every: int | None = 3
    kind: ModelKind = "logistic"
    seed: int = 0
    log: list[pd.DataFrame] = field(default_factory=list, repr=False)
    _seen: list[pd.DataFrame] = field(default_factory=list, repr=False)
    _model: Pipeline | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not (0 < self.share <= 1 and 0 <= self.hold_out < 1):
            raise ValueError("share lies above 0 and up to 1, hold_out from 0 to below 1")
        if self.labels == "weighted" and not self.hold_out:
            raise ValueError(
                "weights need a hold-out: without one, nobody stands for the contacted"
            )

    def __call__(self, now: Records) -> Iterable[str]:
        """The customers to contact at the end of this month.

        Raises:
            ValueError: if a model is due and no label has arrived.
        """
        snapshot = now.snapshot
        decided = snapshot[KEYS].assign(score=np.nan, chosen=False, contacted=False, p_contact=0.0)
        if len(self.log) >= self.start:
            score = self._score(now)
            chosen = np.zeros(len(snapshot), dtype=bool)
            chosen[np.argsort(-score, kind="stable")[: round(self.share * len(snapshot))]] = True
            lot = np.random.default_rng([self.seed, len(self.log)]).random(len(snapshot))
            decided = decided.assign(
                score=score,
                chosen=chosen,
                contacted=chosen & (lot >= self.hold_out),
                p_contact=chosen * (1 - self.hold_out),
            )
        self.log.append(decided)
        self._seen.append(snapshot)
        return decided.loc[decided["contacted"], schema.ID]

    def examples(self, labels: pd.DataFrame) -> pd.DataFrame:
        """What a model would be trained on, given the labels that are known.

        Args:
            labels: ``customerID``, ``as_of``, ``churned``.

        Returns:
            The rows of the last ``window`` months with a label: the snapshot's columns, ``chosen``,
            ``contacted``, ``p_contact``, ``churned`` and ``weight``.

        Raises:
            ValueError: if there is no label of a month that this campaign has seen.
        """
        months = np.sort(labels["as_of"].unique())[-self.window :]
        recent = [
            seen.assign(**{c: decided[c].to_numpy() for c in ("chosen", "contacted", "p_contact")})
            for seen, decided in zip(self._seen, self.log, strict=True)
            if decided["as_of"].iloc[0] in months
        ]
        if not recent:
            raise ValueError(
                "no label has arrived of any month: start must exceed the labels' delay"
            )
        rows = pd.concat(recent).merge(labels[[*KEYS, "churned"]], on=KEYS)
        if self.labels != "all":
            rows = rows[~rows["contacted"]]
        weight = 1 / (1 - rows["p_contact"]) if self.labels == "weighted" else 1.0
        return rows.assign(weight=weight).reset_index(drop=True)

    def _score(self, now: Records) -> NDArray[np.float64]:
        model, past = self._model, len(self.log) - self.start
        if model is None or (self.every is not None and past % self.every == 0):
            rows = self.examples(now.labels)
            model = self._model = make_model(self.kind, self.seed)
            weights = {f"{model.steps[-1][0]}__sample_weight": rows["weight"].to_numpy()}
            model.fit(_columns(rows), rows["churned"].to_numpy(), **weights)
        score: NDArray[np.float64] = model.predict_proba(_columns(now.snapshot))[:, 1]
        return score


def _columns(customers: pd.DataFrame) -> pd.DataFrame:
    # A snapshot counts months without end; the schema's table stops at 72.
    tenure = customers["tenure"].clip(upper=schema.MAX_TENURE)
    return features.features(customers.assign(tenure=tenure))
