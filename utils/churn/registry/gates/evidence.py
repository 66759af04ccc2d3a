"""What a gate looks at. Each part may be missing, and a missing part is a refusal."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from churn import features, schema
from churn.registry.gates.config import GateConfig

#: From the 19 feature columns to the probability that each customer leaves.
Scorer = Callable[[pd.DataFrame], ArrayLike]
Floats = NDArray[np.float64]


class MissingEvidenceError(ValueError):
    """Something that a criterion needs is not there, or cannot be used."""


@dataclass(frozen=True)
class ModelSignature:
    """What a model says of its own input: columns with their types, and parameters."""

    inputs: Mapping[str, str]
    params: tuple[str, ...] = ()


class Judged(NamedTuple):
    """The customers on whom models are judged, and what became of them."""

    X: pd.DataFrame
    y: NDArray[np.int64]


class _Failure(NamedTuple):
    """That there is no answer, and why."""

    error: BaseException


@dataclass(frozen=True)
class Evidence:
    """What is known of a candidate.

    Attributes:
        table: labelled customers, the columns of :mod:`churn.schema` and ``as_of``, all of a later
            day than any training row.
        candidate: the candidate's scores.
        champion: the champion's; where there is none yet, the rule that the model replaces
            (:func:`churn.training.baseline_rule`).
        champion_version: the champion's number in the registry; None where there is no champion yet.
            The decision carries it, and holds against no other.
        signature: of the candidate's input, or how to find it out.
        folder: the candidate's files.
        public_key: of the one who signs models.
        lineage: facts of origin; ``trained_until`` is the day of the youngest training row.
    """

    table: pd.DataFrame | None = None
    candidate: Scorer | None = None
    champion: Scorer | None = None
    champion_version: str | None = None
    signature: ModelSignature | Callable[[], ModelSignature] | None = None
    folder: Path | None = None
    public_key: Path | None = None
    lineage: Mapping[str, str] = field(default_factory=dict)
    #: What was found out already, a failure included: the criteria share it.
    _found: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def judged(self, config: GateConfig) -> Judged:
        """The customers, once the table is large enough and late enough.

        Raises:
            MissingEvidenceError: if it is not.
        """
        return self._once(("judged", config), lambda: self._judge(config))

    def some(self, config: GateConfig) -> Judged:
        """Customers from all over the table, on whom behaviour is tried."""
        X, y = self.judged(config)
        rows = np.linspace(0, len(X) - 1, min(config.behaviour_customers, len(X))).astype(int)
        return Judged(X.iloc[rows].reset_index(drop=True), y[rows])

    @property
    def candidate_scores(self) -> Floats:
        """The candidate's score of every customer of the table."""
        return self._once(
            "candidate", lambda: scores(self.candidate, self._customers(), "candidate")
        )

    @property
    def champion_scores(self) -> Floats:
        """The champion's score of every customer of the table."""
        return self._once("champion", lambda: scores(self.champion, self._customers(), "champion"))

    def _judge(self, config: GateConfig) -> Judged:
        table = need(self.table, "the table on which the candidate is judged")
        absent = [name for name in config.columns if name not in table.columns]
        if absent:
            raise MissingEvidenceError(f"the table lacks the column {absent[0]}")
        if len(table) < config.min_customers:
            least = f"at least {config.min_customers:,}"
            raise MissingEvidenceError(f"the table has {len(table):,} customers, not {least}")
        if not table[schema.TARGET].isin(schema.ALLOWED[schema.TARGET]).all():
            raise MissingEvidenceError("the table has customers without a label")
        y = (table[schema.TARGET] == schema.POSITIVE).to_numpy()
        fewer = min(int(y.sum()), int((~y).sum()))
        if fewer < config.min_leavers:
            raise MissingEvidenceError(
                f"the table has only {fewer:,} customers of one label, not {config.min_leavers:,}"
            )
        self._must_be_later(pd.to_datetime(table["as_of"]))
        return Judged(self._customers(), y.astype(np.int64))

    def _customers(self) -> pd.DataFrame:
        table = need(self.table, "the table on which the candidate is judged")
        return self._once("customers", lambda: features.features(table))

    def _once[T](self, what: Hashable, find: Callable[[], T]) -> T:
        """What ``find`` finds; it is not asked twice, even if it fails."""
        if what not in self._found:
            try:
                self._found[what] = find()
            # A model may end with anything; the next criterion gets the same answer.
            except (Exception, SystemExit) as error:
                self._found[what] = _Failure(error)
        found: T | _Failure = self._found[what]
        if isinstance(found, _Failure):
            raise found.error
        return found

    def _must_be_later(self, days: pd.Series) -> None:
        text = need(self.lineage.get("trained_until"), "the day of the youngest training row")
        trained = pd.to_datetime(text, errors="coerce")
        if pd.isna(trained) or days.isna().any():
            raise MissingEvidenceError("the day of a row, of training or of the table, is missing")
        if not days.min() > trained:
            raise MissingEvidenceError(
                f"the table begins on {days.min():%Y-%m-%d}, not after the last training row "
                f"({trained:%Y-%m-%d})"
            )


def need[T](part: T | None, what: str) -> T:
    """``part`` itself.

    Raises:
        MissingEvidenceError: if it is None.
    """
    if part is None:
        raise MissingEvidenceError(f"{what} is missing")
    return part


def scores(scorer: Scorer | None, X: pd.DataFrame, whose: str) -> Floats:
    """The scores of customers, one probability for each.

    Raises:
        MissingEvidenceError: if there is no model, or a score is missing or no probability.
    """
    model = need(scorer, f"the {whose}")
    # A copy: a model that writes into its input must not change what others see.
    found = np.asarray(model(X.copy()), dtype=float)
    if found.shape != (len(X),):
        raise MissingEvidenceError(f"the {whose} gave {found.shape} scores for {len(X)} customers")
    if not ((found >= 0) & (found <= 1)).all():
        raise MissingEvidenceError(f"the {whose} gave scores that are no probabilities")
    return found
