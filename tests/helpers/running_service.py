"""A service in this process, and the signed model that tests of the service share."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from fastapi import FastAPI
from sklearn.pipeline import Pipeline

from churn import schema
from churn.serving.app import Service
from churn.serving.champion import Champion
from churn.serving.evaluation_store import EvaluationStore, Row

KEY = "the key of the call centre"


@dataclass(frozen=True)
class Signed:
    """A packaged and signed logistic regression; do not write into its folder."""

    model: Pipeline
    folder: Path
    public_key: Path


def row(number: int, **changes: Any) -> Row:
    """A prediction with this number; ``changes`` are columns."""
    made: Any = {
        "prediction_id": f"{number:032}", "trace_id": "t", "at": f"2025-01-01T00:00:{number:02}",
        "client": "tests", "customer_id": "1234-ABCDE", "source": "model", "reason": None,
        "model_version": "7", "model_digest": "d", "probability": 0.5, "threshold": 0.24,
        "contact": True, "known": {"tenure": 3, "TotalCharges": None}, "looked_up": ["tenure"],
        "explanation": None, "milliseconds": 1.5,
    }  # fmt: skip
    return {**made, **changes}  # type: ignore[typeddict-item]


def model(p: float = 0.5) -> Champion:
    """A champion that says ``p`` of everybody."""
    return Champion("7", "d" * 64, 0.24, lambda records: np.full(len(records), p), 0.0)


def knows(records: Sequence[Mapping[str, Any]]) -> Any:
    """A look-up that knows the columns of these customers, and of nobody else."""
    rows = {one[schema.ID]: {name: one[name] for name in schema.FEATURES} for one in records}
    return lambda ids: {one: rows[one] for one in ids if one in rows}


class NoSource:
    """A registry without a champion."""

    def version(self) -> str | None:
        return None

    def fetch(self, version: str, into: Path) -> None:
        raise AssertionError("nobody is champion")


@dataclass
class Running:
    """A service in this process, and how to ask it."""

    service: Service
    app: FastAPI
    store: EvaluationStore
    headers: dict[str, str] = field(default_factory=lambda: {"x-api-key": KEY})

    def ask(self, *requests: tuple[Any, ...], **more: Any) -> list[httpx.Response]:
        """Answers to (method, path, what else httpx takes), one after the other, in one loop."""

        async def talk() -> list[httpx.Response]:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=True)
            async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
                return [
                    await client.request(method, path, **{"headers": self.headers, **more, **rest})
                    for method, path, *extra in requests
                    for rest in [extra[0] if extra else {}]
                ]

        return asyncio.run(talk())

    def post(self, body: Any, path: str = "/v1/predict", **more: Any) -> httpx.Response:
        """The answer to one JSON body."""
        content = {"content": json.dumps(body)}
        (answer,) = self.ask(("POST", path, {**content, **more}))
        return answer

    def rows(self, **equal: Any) -> list[Any]:
        """What the evaluation store has, once the journal is moved."""
        self.service.recorder.move()
        return list(self.store.rows(**equal))


Serve = Callable[..., Running]
