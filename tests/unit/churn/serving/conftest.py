"""A signed model, made once, and services whose parts can be exchanged."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pandas as pd
import pytest
from fastapi import FastAPI
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from churn import data, features, schema, training
from churn.registry import packaging
from churn.registry.supply_chain import signing
from churn.serving.access import Access, fingerprint
from churn.serving.app import Service, create_app
from churn.serving.champion import Champion
from churn.serving.champions import Champions
from churn.serving.context import Context, FeatureLookup
from churn.serving.evaluation_store import EvaluationStore
from churn.serving.journal import Journal
from churn.serving.predictor import Predictor
from churn.serving.recorder import Recorder
from churn.serving.settings import Settings

KEY = "the key of the call centre"
Records = list[dict[str, Any]]


@dataclass(frozen=True)
class Signed:
    """A packaged and signed logistic regression; do not write into its folder."""

    model: Pipeline
    folder: Path
    public_key: Path


@pytest.fixture(scope="session")
def customers() -> pd.DataFrame:
    """Do not write to it."""
    return data.load("synthetic", n=600, seed=5)


@pytest.fixture(scope="session")
def records(customers: pd.DataFrame) -> Records:
    """The customers as a request gives them: id and 19 columns; do not write to them."""
    rows = customers[[schema.ID, *schema.FEATURES]].astype(object)
    return rows.where(rows.notna(), None).to_dict("records")


@pytest.fixture(scope="session")
def signed(tmp_path_factory: pytest.TempPathFactory, customers: pd.DataFrame) -> Signed:
    root = tmp_path_factory.mktemp("signed")
    model = training.make_model("logistic").fit(*features.xy(customers))
    packaging.package(model, customers, root / "model", threshold=0.24)
    private, public = signing.make_keys(root)
    signing.sign(root / "model", private)
    return Signed(model, root / "model", public)


def always(p: float) -> Callable[[Sequence[Mapping[str, Any]]], NDArray[np.float64]]:
    """A model that says ``p`` of everybody."""
    return lambda records: np.full(len(records), p)


def champion(score: Any = None, version: str = "7", seconds: float = 0.0) -> Champion:
    """A champion that is a function; by default it says 0.5."""
    return Champion(version, "d" * 64, 0.24, score or always(0.5), seconds)


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


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Makes services; ``champion`` and ``lookup`` are what the test says, the rest is real."""
    with ExitStack() as ends:

        def make(
            who: Champion | None = None, lookup: FeatureLookup | None = None, **settings: Any
        ) -> Running:
            chosen = Settings(**{"budget": 5.0, "batch_budget": 5.0, **settings})
            champions = Champions(NoSource(), tmp_path / "nobody.pub")
            champions.current, champions.problem = who, None if who else "nobody is champion"
            store = EvaluationStore(f"sqlite:///{tmp_path}/evaluation.db")
            context = Context(lookup, chosen.lookup_threads) if lookup else None
            service = Service(
                settings=chosen,
                access=Access({"tests": fingerprint(KEY)}, chosen.rate, chosen.burst),
                champions=champions,
                predictor=Predictor(lambda: champions.current, context, chosen),
                recorder=Recorder(Journal(tmp_path / "journal"), store),
            )
            ends.callback(service.close)
            return Running(service, create_app(service), store)

        yield make


def run[T](coroutine: Coroutine[Any, Any, T]) -> T:
    """Its result, in a loop of its own."""
    return asyncio.run(coroutine)
