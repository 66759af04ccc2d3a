"""Whatever fails, there is an answer and the right reason; what cannot be true is refused."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from churn import schema
from churn.serving.champion import Champion
from churn.serving.context import Context
from churn.serving.fallback import Reason
from churn.serving.predictor import INLINE_ROWS, ContradictionError, Outcome, Predictor
from churn.serving.schemas import PredictionRequest
from churn.serving.settings import Settings

Records = list[dict[str, Any]]
Lookup = Callable[[Sequence[str]], Mapping[str, Mapping[str, Any]]]
LONG = 30.0


def model(p: float = 0.5, seconds: float = 0.0) -> Champion:
    return Champion("7", "digest", 0.24, lambda records: np.full(len(records), p), seconds)


def decide(
    requests: list[dict[str, Any]],
    champion: Champion | None,
    lookup: Lookup | None = None,
    budget: float = LONG,
) -> list[Outcome]:
    async def ask() -> list[Outcome]:
        context = Context(lookup, Settings(lookup_threads=1)) if lookup else None
        predictor = Predictor(lambda: champion, context, Settings())
        try:
            wanted = [PredictionRequest.model_validate(one) for one in requests]
            return await predictor.predict(wanted, budget)
        finally:
            predictor.close()

    return asyncio.run(ask())


def only(record: dict[str, Any], *columns: str) -> dict[str, Any]:
    return {name: record[name] for name in (schema.ID, *columns)}


def knows(records: Records, **changes: Any) -> Lookup:
    rows = {one[schema.ID]: {**only(one, *schema.FEATURES), **changes} for one in records}
    return lambda ids: {one: rows[one] for one in ids if one in rows}


def down(customers: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
    raise ConnectionError("the store is down")


def breaks(records: Sequence[Mapping[str, Any]]) -> Any:
    raise RuntimeError("a bug in the model")


def test_the_model_decides_at_its_threshold(records: Records) -> None:
    for p, contact in ((0.24, True), (0.2399, False), (0.0, False), (1.0, True)):
        (outcome,) = decide([records[0]], model(p))
        assert (outcome.probability, outcome.contact, outcome.reason) == (p, contact, None)
        assert outcome.looked_up == []


def test_what_is_left_out_is_looked_up(records: Records) -> None:
    seen: list[Any] = []

    def score(rows: Sequence[Mapping[str, Any]]) -> Any:
        seen.extend(rows)
        return np.full(len(rows), 0.5)

    champion = Champion("7", "digest", 0.24, score, 0.0)
    (outcome,) = decide([only(records[0], "gender", "Partner")], champion, knows(records))
    assert seen == [{name: records[0][name] for name in schema.FEATURES}]
    assert set(outcome.looked_up) == set(schema.FEATURES) - {"gender", "Partner"}


def test_what_is_given_counts_more_than_what_is_stored(records: Records) -> None:
    other = "Male" if records[0]["gender"] == "Female" else "Female"
    request = {**only(records[0]), "gender": other}
    (outcome,) = decide([request], model(), knows(records))
    assert outcome.known["gender"] == other
    assert outcome.reason is None


class Failure:
    """How each reason comes about: champion, store, what is asked, and in which time."""

    def __init__(self, records: Records) -> None:
        hangs = threading.Event()
        self.ends = hangs.set

        def never(_: Any) -> Any:
            hangs.wait()
            return {}

        whole, part = records[0], only(records[0], "tenure", "Contract")
        slow = Champion("7", "digest", 0.24, never, seconds=1.0)
        broken = Champion("7", "digest", 0.24, breaks, 0.0)
        stranger = {**part, schema.ID: "0000-AAAAA"}
        #: The tests that hang use up a short budget; the others have one that is never used up.
        self.ways: dict[Reason, tuple[Any, Any, Any, float]] = {
            Reason.NO_CHAMPION: (None, None, whole, LONG),
            Reason.NO_STORE: (model(), None, part, LONG),
            Reason.STORE_FAILED: (model(), down, part, LONG),
            Reason.STORE_SLOW: (model(), never, part, 0.01),
            Reason.UNKNOWN_CUSTOMER: (model(), knows(records), stranger, LONG),
            Reason.INVALID_CONTEXT: (model(), knows(records, gender="other"), part, LONG),
            Reason.MODEL_FAILED: (broken, None, whole, LONG),
            Reason.MODEL_SLOW: (slow, None, whole, 0.01),
            Reason.INVALID_PREDICTION: (model(1.5), None, whole, LONG),
        }


@pytest.mark.parametrize("reason", Reason)
def test_each_reason_ends_in_the_rule(records: Records, reason: Reason) -> None:
    failure = Failure(records)
    champion, lookup, request, budget = failure.ways[reason]
    for tenure, contact in ((5, True), (40, False)):
        asked = {**request, "tenure": tenure, "Contract": "Month-to-month"}
        asked["TotalCharges"] = 55.0
        (outcome,) = decide([asked], champion, lookup, budget)
        assert outcome.reason is reason
        assert (outcome.probability, outcome.contact) == (None, contact)
    failure.ends()


@pytest.mark.parametrize("p", [np.nan, -0.001, 1.001, np.inf, -np.inf])
def test_what_is_no_probability_is_not_answered(records: Records, p: float) -> None:
    (outcome,) = decide([records[0]], model(p))
    assert (outcome.reason, outcome.probability) == (Reason.INVALID_PREDICTION, None)


@pytest.mark.parametrize("count", [0, 2])
def test_a_model_that_answers_for_others_failed(records: Records, count: int) -> None:
    champion = Champion("7", "digest", 0.24, lambda rows: np.full(count, 0.5), 0.0)
    (outcome,) = decide([records[0]], champion)
    assert outcome.reason is Reason.MODEL_FAILED


@pytest.mark.parametrize(
    "changes",
    [{"gender": None}, {"gender": "other"}, {"tenure": 3.5}, {"tenure": -1}, {"MonthlyCharges": 1.01},
     {"StreamingTV": "No internet service", "InternetService": "DSL"}],
)  # fmt: skip
def test_a_store_that_breaks_the_schema_is_not_believed(
    records: Records, changes: dict[str, Any]
) -> None:
    (outcome,) = decide([only(records[0])], model(), knows(records, **changes))
    assert outcome.reason is Reason.INVALID_CONTEXT
    assert outcome.known == {}


def test_a_store_that_lacks_a_column_is_no_context(records: Records) -> None:
    row = only(records[0], *schema.FEATURES[1:])
    (outcome,) = decide([only(records[0])], model(), lambda ids: {ids[0]: row})
    assert outcome.reason is Reason.INVALID_CONTEXT


def test_what_cannot_be_true_beside_the_store_is_refused(records: Records) -> None:
    with_dsl = [one for one in records if one["InternetService"] == "DSL"]
    asked = [only(one) for one in with_dsl[:3]]
    asked[2]["InternetService"] = "No"
    with pytest.raises(ContradictionError, match="OnlineSecurity") as caught:
        decide(asked, model(), knows(records))
    assert (caught.value.index, caught.value.column) == (2, "InternetService")


@pytest.mark.parametrize("changes", [{"MonthlyCharges": -1.0}, {"MonthlyCharges": "much"}])
def test_a_wrong_store_is_not_held_against_a_right_request(
    records: Records, changes: dict[str, Any]
) -> None:
    """A bill is compared with the tenure, which was given; the fault is the store's."""
    new = {**records[0], "tenure": 1, "TotalCharges": records[0]["MonthlyCharges"]}
    asked = only(new, "tenure", "Contract")
    (outcome,) = decide([asked], model(), knows([new], **changes))
    assert outcome.reason is Reason.INVALID_CONTEXT
    (outcome,) = decide([asked], model(), knows([new]))
    assert outcome.reason is None


def test_a_batch_is_answered_row_by_row(records: Records) -> None:
    stranger = {schema.ID: "0000-AAAAA"}
    asked = [records[0], stranger, only(records[1]), stranger, records[2]] * INLINE_ROWS
    outcomes = decide(asked, model(), knows(records))
    assert [one.customer for one in outcomes] == [one[schema.ID] for one in asked]
    expected = [None, Reason.UNKNOWN_CUSTOMER, None, Reason.UNKNOWN_CUSTOMER, None] * INLINE_ROWS
    assert [one.reason for one in outcomes] == expected


def test_an_explanation_is_asked_for(records: Records) -> None:
    asked = [{**records[0], "explain": explain} for explain in (True, False)]
    first, second = decide(asked, model())
    assert first.explanation
    assert len(first.explanation.contributions) == len(schema.FEATURES)
    assert second.explanation is None


@pytest.mark.parametrize(
    ("champion", "problem"),
    [(model(0.0), "log odds"), (model(seconds=1.0), "too slow")],
)
def test_an_answer_without_explanation_says_why(
    records: Records, champion: Champion, problem: str
) -> None:
    (outcome,) = decide([{**records[0], "explain": True}], champion)
    assert outcome.probability is not None
    assert outcome.explanation is None
    assert problem in (outcome.explanation_problem or "")


def test_a_swap_in_the_middle_mixes_nothing(records: Records) -> None:
    """The champion is exchanged while the context is looked up: who began, decides."""
    now = [model(0.1)]

    def lookup(ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        now[0] = Champion("8", "digest", 0.9, lambda rows: np.full(len(rows), 0.8), 0.0)
        return knows(records)(ids)

    async def ask() -> list[Outcome]:
        predictor = Predictor(
            lambda: now[0], Context(lookup, Settings(lookup_threads=1)), Settings()
        )
        try:
            wanted = [PredictionRequest.model_validate(only(records[0]))]
            return [(await predictor.predict(wanted, LONG))[0] for _ in range(2)]
        finally:
            predictor.close()

    before, after = asyncio.run(ask())
    assert (before.probability, before.champion and before.champion.version) == (0.1, "7")
    assert (after.probability, after.champion and after.champion.version) == (0.8, "8")


def test_a_swap_ends_the_outage_of_a_model_that_hangs(records: Records) -> None:
    """Its threads never come back; the next champion, also asked in a thread, has others."""
    release = threading.Event()

    def hangs(_: Any) -> Any:
        release.wait()

    request = PredictionRequest.model_validate(records[0])
    current = [Champion("7", "digest", 0.24, hangs, seconds=1.0)]

    async def ask() -> list[Reason | None]:
        predictor = Predictor(lambda: current[0], None, Settings())
        try:
            during = [(await predictor.predict([request], 0.01))[0].reason for _ in range(3)]
            current[0] = model(seconds=1.0)
            return [*during, (await predictor.predict([request], LONG))[0].reason]
        finally:
            predictor.close()
            release.set()

    assert asyncio.run(ask()) == [Reason.MODEL_SLOW] * 3 + [None]
