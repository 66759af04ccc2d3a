"""The decision, without HTTP: gather, score, check, fall back, explain.

An HTTP route, a function handler, a router between two services or a job can all ask it. It answers
every request that is right; what fails on the way becomes the reason for which the rule decided.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from churn import schema
from churn.serving.champion import Champion
from churn.serving.context import Context, ContextError, Rows
from churn.serving.explanation import NotAdditiveError, explain
from churn.serving.fallback import Reason, rule_says_contact
from churn.serving.helpers import Helpers
from churn.serving.rules import breaches
from churn.serving.schemas import (
    CustomerRecord,
    CustomerRequest,
    Explanation,
    PredictionRequest,
)
from churn.serving.settings import Settings
from churn.serving.tracing import stage

#: Customers up to which a fast model is asked where the request is, not in a thread.
INLINE_ROWS = 32


class ContradictionError(ValueError):
    """A given column and a stored one break a rule; ``index`` of the request, ``column`` given."""

    def __init__(self, index: int, column: str, message: str) -> None:
        super().__init__(message)
        self.index, self.column, self.message = index, column, message


@dataclass(slots=True)
class Outcome:
    """What was decided about one customer, and on what.

    Attributes:
        known: the columns that were given or found.
        looked_up: which of them came from the store.
        champion: who was asked, or would have been.
        reason: why the rule decided; None if the model did.
    """

    customer: str
    known: dict[str, Any]
    champion: Champion | None
    looked_up: list[str] = field(default_factory=list)
    probability: float | None = None
    reason: Reason | None = None
    contact: bool = False
    explanation: Explanation | None = None
    explanation_problem: str | None = None


class Predictor:
    """Decides with the champion that ``champion()`` gives at the time of the request.

    Args:
        context: None for a service without a feature store.
    """

    def __init__(
        self, champion: Callable[[], Champion | None], context: Context | None, settings: Settings
    ) -> None:
        self._champion, self._context, self._settings = champion, context, settings
        self._helpers: dict[Champion, Helpers] = {}

    def problems(self) -> list[str]:
        """What is wrong, though every request is answered."""
        found = [] if self._context is None else [self._context.problem]
        return [problem for problem in found if problem]

    def stuck(self) -> list[str]:
        """What only a new process can mend: threads that hang for good."""
        found = []
        if self._context is not None and self._context.stuck:
            found.append("look-ups hang: too many threads are lost in them")
        champion = self._champion()
        helpers = None if champion is None else self._helpers.get(champion)
        if helpers is not None and helpers.busy() > self._settings.hang_limit:
            found.append("the model hangs in all of its threads")
        return found

    async def predict(
        self, requests: Sequence[CustomerRequest], budget: float | None = None
    ) -> list[Outcome]:
        """One outcome for each request, in their order.

        Args:
            requests: one for a single customer.
            budget: seconds for look-up and model together.

        Raises:
            ContradictionError: if what a request says cannot be true beside what the store says.
        """
        loop, champion = asyncio.get_running_loop(), self._champion()
        deadline = loop.time() + (budget or self._settings.budget)
        outcomes = [Outcome(one.customerID, one.given(), champion) for one in requests]
        incomplete = {
            index: one
            for index, one in enumerate(outcomes)
            if len(one.known) < len(schema.FEATURES)
        }
        if incomplete:
            with stage("look up features", **{"churn.customers": len(incomplete)}) as about:
                await self._complete(incomplete, deadline - loop.time())
                failed = next((one.reason for one in incomplete.values() if one.reason), None)
                about["churn.reason"] = failed or ""
        ready = [one for one in outcomes if one.reason is None]
        if ready:
            await self._score(ready, champion, deadline)
        for request, outcome in zip(requests, outcomes, strict=True):
            if outcome.probability is None:
                outcome.contact = rule_says_contact(outcome.known)
            elif request.explain:
                self._explain(outcome, deadline)
        return outcomes

    def close(self) -> None:
        """Ends the threads, without waiting for a model that hangs."""
        for helpers in self._helpers.values():
            helpers.close()
        if self._context is not None:
            self._context.close()

    async def _complete(self, incomplete: dict[int, Outcome], budget: float) -> None:
        found: Rows = {}
        reason = Reason.NO_STORE
        if self._context is not None:
            reason = Reason.UNKNOWN_CUSTOMER
            try:
                found = await self._context.fetch(
                    [one.customer for one in incomplete.values()], budget
                )
            except ContextError as error:
                reason = error.reason
        for index, outcome in incomplete.items():
            row = found.get(outcome.customer)
            if row is None:
                outcome.reason = reason
            else:
                _merge(outcome, row, index)

    async def _score(
        self, outcomes: list[Outcome], champion: Champion | None, deadline: float
    ) -> None:
        """Sets probability and contact, or the reason why there is none."""
        reason = None
        scores: list[float] = []
        if champion is None:
            reason = Reason.NO_CHAMPION
        else:
            try:
                with stage("score", **{"churn.model_version": champion.version}):
                    scores = await self._ask(champion, [one.known for one in outcomes], deadline)
            except TimeoutError:
                reason = Reason.MODEL_SLOW
            # A model may raise anything, and none of it is the caller's fault.
            except Exception:
                reason = Reason.MODEL_FAILED
        with stage("validate prediction") as about:
            if len(scores) != len(outcomes):
                reason = reason or Reason.MODEL_FAILED
                scores = [math.nan] * len(outcomes)
            for outcome, p in zip(outcomes, scores, strict=True):
                if reason is not None:
                    outcome.reason = reason
                elif not 0 <= p <= 1:  # nor is NaN
                    outcome.reason = Reason.INVALID_PREDICTION
                elif champion is not None:
                    outcome.probability, outcome.contact = p, p >= champion.threshold
            about["churn.reason"] = next((one.reason for one in outcomes if one.reason), None) or ""

    async def _ask(
        self, champion: Champion, records: list[dict[str, Any]], deadline: float
    ) -> list[float]:
        loop = asyncio.get_running_loop()
        if champion.seconds <= self._settings.inline_limit and len(records) <= INLINE_ROWS:
            scores = champion.score(records)
        else:
            call = self._threads(champion).call(lambda: champion.score(records))
            async with asyncio.timeout_at(deadline):
                scores = await call
        if loop.time() > deadline:
            raise TimeoutError
        return [float(p) for p in scores]

    def _threads(self, champion: Champion) -> Helpers:
        """Each champion has its own: threads in which one hangs would be missing for the next.

        Two are kept, for requests that began with the one before a swap.
        """
        if champion not in self._helpers:
            self._helpers[champion] = Helpers(2, "model")
            if len(self._helpers) > 2:
                self._helpers.pop(next(iter(self._helpers))).close()
        return self._helpers[champion]

    def _explain(self, outcome: Outcome, deadline: float) -> None:
        champion = outcome.champion
        if champion is None or champion.seconds > self._settings.inline_limit:
            outcome.explanation_problem = "the model is too slow to be explained within a request"
        elif asyncio.get_running_loop().time() > deadline:
            outcome.explanation_problem = "the time budget is used up"
        else:
            try:
                outcome.explanation = explain(champion.score, outcome.known)
            except NotAdditiveError as error:
                outcome.explanation_problem = str(error)
            except Exception:  # as above: the answer is there, and stays
                outcome.explanation_problem = "the model failed"


def _merge(outcome: Outcome, row: dict[str, Any], index: int) -> None:
    """Add the stored columns to those that were given, if they can both be true."""
    given = outcome.known
    looked_up = [column for column in schema.FEATURES if column not in given]
    stored = {column: row[column] for column in looked_up if column in row}
    together = {**stored, **given}
    try:
        CustomerRecord.model_validate(together)
    except ValidationError:
        # What is wrong in the store already is not held against the caller.
        if _may_be_true(outcome.customer, row):
            _refuse_contradiction(given, stored, index)
        outcome.reason = Reason.INVALID_CONTEXT
        return
    outcome.known, outcome.looked_up = together, looked_up


def _may_be_true(customer: str, row: dict[str, Any]) -> bool:
    """Whether the store's columns keep the schema among themselves."""
    columns = {column: row[column] for column in schema.FEATURES if column in row}
    try:
        PredictionRequest.model_validate({schema.ID: customer, **columns})
    except ValidationError:
        return False
    return True


def _refuse_contradiction(given: dict[str, Any], stored: dict[str, Any], index: int) -> None:
    for breach in breaches({**stored, **given}):
        told = [column for column in breach.columns if column in given]
        if told:
            column = breach.column if breach.column in given else told[0]
            others = {one: stored[one] for one in breach.columns if one in stored}
            message = f"{breach.column} {breach.message}; the feature store says {others}"
            raise ContradictionError(index, column, message)
