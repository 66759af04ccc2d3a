"""A signed model, made once, and services whose parts can be exchanged."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from churn import data, features, training
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
from churn.serving.tracing import Sink
from coursekit.exercises.callers import records_of
from running_service import KEY, NoSource, Running, Serve, Signed

Records = list[dict[str, Any]]


@pytest.fixture(scope="session")
def customers() -> pd.DataFrame:
    """Do not write to it."""
    return data.load("synthetic", n=600, seed=5)


@pytest.fixture(scope="session")
def records(customers: pd.DataFrame) -> Records:
    """The customers as a request gives them: id and 19 columns; do not write to them."""
    return records_of(customers)


@pytest.fixture(scope="session")
def signed(tmp_path_factory: pytest.TempPathFactory, customers: pd.DataFrame) -> Signed:
    root = tmp_path_factory.mktemp("signed")
    model = training.make_model("logistic").fit(*features.xy(customers))
    packaging.package(model, customers, root / "model", threshold=0.24)
    private, public = signing.make_keys(root)
    signing.sign(root / "model", private)
    return Signed(model, root / "model", public)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Makes services; ``champion`` and ``lookup`` are what the test says, the rest is real."""
    with ExitStack() as ends:

        def make(
            who: Champion | None = None,
            lookup: FeatureLookup | None = None,
            sink: Sink | None = None,
            **settings: Any,
        ) -> Running:
            chosen = Settings(**{"budget": 5.0, "batch_budget": 5.0, **settings})
            champions = Champions(NoSource(), tmp_path / "nobody.pub")
            champions.current, champions.problem = who, None if who else "nobody is champion"
            store = EvaluationStore(f"sqlite:///{tmp_path}/evaluation.db")
            context = Context(lookup, chosen) if lookup else None
            service = Service(
                settings=chosen,
                access=Access.by(chosen, {"tests": fingerprint(KEY)}),
                champions=champions,
                predictor=Predictor(lambda: champions.current, context, chosen),
                recorder=Recorder(Journal(tmp_path / "journal"), store, sink=sink),
                sink=sink,
            )
            ends.callback(service.close)
            return Running(service, create_app(service), store)

        yield make
