"""What is said to whoever asked, and what is kept of it: the same over HTTP and from a function."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from churn.serving import schemas
from churn.serving.predictor import Outcome

if TYPE_CHECKING:
    from churn.serving.evaluation_store import Row  # SQLAlchemy: a function has no database


def prediction(outcome: Outcome, trace_id: str) -> schemas.Prediction:
    """The answer to the request that has this trace id, under a new id of its own."""
    champion = outcome.champion
    return schemas.Prediction(
        prediction_id=os.urandom(16).hex(),
        trace_id=trace_id,
        customerID=outcome.customer,
        source="model" if outcome.reason is None else "rule",
        reason=outcome.reason,
        probability=outcome.probability,
        contact=outcome.contact,
        threshold=champion.threshold if champion else None,
        model_version=champion.version if champion else None,
        looked_up=outcome.looked_up,
        explanation=outcome.explanation,
        explanation_problem=outcome.explanation_problem,
    )


def row(
    answer: schemas.Prediction, outcome: Outcome, at: str, client: str, milliseconds: float
) -> Row:
    """What is kept of an answer.

    Args:
        at: ISO 8601 in UTC.
        client: who asked.
        milliseconds: from the request's arrival on.
    """
    explanation = outcome.explanation
    return {
        "prediction_id": answer.prediction_id,
        "trace_id": answer.trace_id,
        "at": at,
        "client": client,
        "customer_id": outcome.customer,
        "source": answer.source,
        "reason": outcome.reason,
        "model_version": answer.model_version,
        "model_digest": outcome.champion.digest if outcome.champion else None,
        "probability": outcome.probability,
        "threshold": answer.threshold,
        "contact": outcome.contact,
        "known": outcome.known,
        "looked_up": outcome.looked_up,
        "explanation": explanation.model_dump() if explanation else None,
        "milliseconds": milliseconds,
    }


def field_problems(error: ValidationError) -> list[dict[str, Any]]:
    """Each field that is wrong, as :class:`churn.serving.schemas.FieldProblem` has it.

    Without what was sent: it may be secret, and NaN or half a character are no JSON.
    """
    return [
        {"loc": ["body", *one["loc"]], "msg": one["msg"], "type": one["type"]}
        for one in error.errors(include_url=False, include_context=False, include_input=False)
    ]
