"""A small running system for checks to look at: this telco's own parts, put together in a folder.

The model is fitted, packaged and signed here, and ``churn.serving`` answers with it in this process;
the feature store is a dictionary, since Feast takes longer to load than all the rest. A check gets a
:class:`System` and looks at what it needs. What would go wrong is tried with another one::

    replace(system, delivery=in_cents)
"""

from __future__ import annotations

import asyncio
import datetime as dt
import importlib.metadata
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pandas as pd
import yaml
from sklearn.pipeline import Pipeline

from churn import data, features, metrics, schema, training
from churn.data.contract import DataContract, read_contract
from churn.data.origin import Origin
from churn.experiments.assignment import assign
from churn.labels import LabelRule
from churn.monitoring.burn_rate import WORKBOOK, Rule
from churn.registry import folders, packaging
from churn.registry.gates import CRITERIA, Evidence, GateConfig
from churn.registry.gates.gate import ask as ask_gate
from churn.registry.supply_chain import parts, signing
from churn.serving.access import Access, fingerprint
from churn.serving.app import Service, create_app
from churn.serving.champion import Champion, load
from churn.serving.champions import Champions, FolderSource
from churn.serving.context import Context, FeatureLookup
from churn.serving.evaluation_store import EvaluationStore
from churn.serving.journal import Journal
from churn.serving.predictor import Predictor
from churn.serving.recorder import Recorder
from churn.serving.settings import Settings
from churn.training import tracking
from coursekit.exercises.callers import records_of

#: The call center's key; the service keeps its fingerprint only.
KEY = "the call center's key"
TRAINED_UNTIL = dt.date(2025, 1, 31)
JUDGED_ON = dt.date(2025, 6, 30)
TODAY = dt.date(2025, 9, 1)
RULE = LabelRule(window_months=3, delay_months=2)
#: The gate's bounds, with fewer redraws, and with a second for an answer: a laptop has other work.
GATE = GateConfig(draws=200, max_latency_ms=1000.0)
#: Look-ups and model together get three seconds, for the same reason.
SETTINGS = Settings(budget=3.0)
#: Versions in an experiment, and the share of customers that each gets.
HALVES = {"1": 0.5, "2": 0.5}


@dataclass(frozen=True)
class System:
    """What a check may look at.

    Attributes:
        root: the course's repository.
        folder: where the system keeps what it writes.
        train: the customers whom the model was fitted on.
        delivery: today's customers, as billing delivered them, with their ``origin``.
        register: the same customers from the system of record.
        today: the day on which the system is looked at.
        contract: what billing promises about its deliveries.
        model: the fitted pipeline, before it was packaged.
        package: the signed folder that is served, below ``folder / "models"``.
        public_key: of the one who signs models.
        evidence: what the gate is given about the model.
        config: the gate's bounds.
        service: the parts of the service that answers.
        lookup: its feature store.
        load: how the service loads a model.
        store: where monitoring reads what was predicted.
        facts: what is written down about the model, by name, for its card.
        manifests: what Kubernetes is told.
        dockerfile: how the service's image is made.
        lock: what the image installs, as the lock says.
        installed: the version of each installed package.
        rules: when somebody is called.
        split: the planned share of each version's customers in an experiment.
        assign: the version that a customer gets in it.
        capacity: customers whom the call center can call in a month.
    """

    root: Path
    folder: Path
    train: pd.DataFrame
    delivery: pd.DataFrame
    origin: Origin
    register: pd.DataFrame
    today: dt.date
    contract: DataContract
    model: Pipeline
    package: Path
    public_key: Path
    evidence: Evidence
    config: GateConfig
    service: Service
    lookup: FeatureLookup
    load: Callable[[Path, str, Path], Champion]
    store: EvaluationStore
    facts: Mapping[str, str]
    manifests: Sequence[Mapping[str, Any]]
    dockerfile: str
    lock: str
    installed: Mapping[str, str]
    rules: Sequence[Rule]
    split: Mapping[str, float]
    assign: Callable[[str], str]
    capacity: int

    def __repr__(self) -> str:
        # All fields would be pages, with paths of this machine.
        return (
            f"a system with {len(self.delivery):,} customers and champion {self.champion.version}"
        )

    @property
    def champion(self) -> Champion:
        """Who answers."""
        champion = self.service.champions.current
        assert champion is not None, "make_system looked for the champion"
        return champion

    @property
    def record(self) -> dict[str, Any]:
        """One customer of the delivery, all columns, as a request gives them."""
        return records_of(self.delivery.head(1))[0]


def make_system(folder: Path, root: Path, customers: int = 5000, seed: int = 0) -> System:
    """Fit, package and sign a model, and put the service together around it.

    Args:
        folder: exists and is empty.
        root: the course's repository.
        customers: of the delivery; a contract may ask for a least number.
        seed: of the simulated tables.
    """
    train = data.load("synthetic", n=1500, seed=seed)
    delivery = data.load("synthetic", n=customers, seed=seed + 1).drop(columns=schema.TARGET)
    later = data.load("synthetic", n=1500, seed=seed + 2).assign(as_of=pd.Timestamp(JUDGED_ON))
    model = training.make_model("logistic").fit(*features.xy(train))
    threshold = metrics.Campaign().break_even
    package = folder / "models" / "1"
    packaging.package(model, train, package, threshold)
    private, public = signing.make_keys(folder)
    signing.sign(package, private)
    (folder / "models" / FolderSource.NAME).write_text("1")
    lookup = _dictionary(delivery)
    evidence = Evidence(
        table=later, candidate=lambda X: model.predict_proba(X)[:, 1],
        champion=training.baseline_rule, signature=packaging.signature_of(package),
        folder=package, public_key=public,
        lineage={
            "run_id": "1", "data_version": tracking.fingerprint(train),
            "code_version": "v1.0.0", "trained_until": TRAINED_UNTIL.isoformat(),
        },
    )  # fmt: skip
    champions = Champions(FolderSource(folder / "models"), public)
    champions.refresh()
    store = EvaluationStore(f"sqlite:///{folder / 'evaluation.db'}")
    service = Service(
        settings=SETTINGS,
        access=Access({"call center": fingerprint(KEY)}, SETTINGS.rate, SETTINGS.burst),
        champions=champions,
        predictor=Predictor(lambda: champions.current, Context(lookup, SETTINGS), SETTINGS),
        recorder=Recorder(Journal(folder / "journal"), store),
    )
    manifests = sorted((root / "deploy/kubernetes").glob("*.yaml"))
    return System(
        root=root, folder=folder, train=train, delivery=delivery,
        origin=Origin("production", TODAY - dt.timedelta(days=1)),
        register=delivery[[schema.ID, "gender", "SeniorCitizen", "Contract"]], today=TODAY,
        contract=read_contract(root / "datasets/contracts/customers.odcs.yaml"),
        model=model, package=package, public_key=public, evidence=evidence, config=GATE,
        service=service, lookup=lookup, load=load, store=store,
        facts=_facts(evidence, model),
        manifests=[one for file in manifests for one in yaml.safe_load_all(file.read_text("utf-8"))],
        dockerfile=(root / "deploy/Dockerfile").read_text(encoding="utf-8"),
        lock=(root / "requirements/serving.txt").read_text(encoding="utf-8"),
        installed=parts.installed(), rules=WORKBOOK, split=HALVES,
        assign=half_and_half, capacity=3000,
    )  # fmt: skip


def half_and_half(customer: str) -> str:
    """The version of a customer in an experiment: always the same, and without a list of customers."""
    return str(assign([customer], "first experiment", HALVES)[0])


def with_service(
    system: System,
    champion: Champion | None = None,
    lookup: FeatureLookup | None = None,
    settings: Settings | None = None,
    **parts: Any,
) -> System:
    """The same with another champion, feature store or settings behind its service."""
    chosen = settings or system.service.settings
    store = lookup or system.lookup
    current = champion or system.champion
    predictor = Predictor(lambda: current, Context(store, chosen), chosen)
    champions = copy(system.service.champions)
    champions.current = current
    changed = {"settings": chosen, "predictor": predictor, "champions": champions, **parts}
    service = replace(system.service, **changed)
    return replace(system, service=service, lookup=store)


def ask(system: System, *requests: tuple[str, str, Any], key: str = KEY) -> list[httpx.Response]:
    """What the service answers to (method, path, JSON body or None), one after the other.

    In this process, as a server would hand the requests over; in a thread, because a notebook's own
    has a loop already.
    """
    app = create_app(system.service)

    async def talk() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            return [
                await client.request(
                    method, path, headers={"x-api-key": key},
                    content=None if body is None else json.dumps(body),
                )
                for method, path, body in requests
            ]  # fmt: skip

    with ThreadPoolExecutor(max_workers=1) as elsewhere:
        return elsewhere.submit(lambda: asyncio.run(talk())).result()


def predict(system: System, **more: Any) -> dict[str, Any]:
    """The service's answer for the customer :attr:`System.record`, as JSON."""
    (answer,) = ask(system, ("POST", "/v1/predict", {**system.record, **more}))
    told: dict[str, Any] = answer.json()
    return {"status": answer.status_code, **told}


def records(customers: pd.DataFrame) -> list[dict[str, Any]]:
    """The feature columns of customers as a model that serves reads them."""
    rows: Any = features.features(customers).to_dict("records")
    return list(rows)


def scores(system: System) -> np.ndarray[Any, np.dtype[np.float64]]:
    """What the champion says of every customer of the delivery."""
    return np.asarray(system.champion.score(records(system.delivery)))


def close(system: System) -> None:
    """End the service's threads."""
    system.service.close()


def _dictionary(customers: pd.DataFrame) -> FeatureLookup:
    rows = {
        row[schema.ID]: {
            name: None if name == "TotalCharges" and row["tenure"] == 0 else row[name]
            for name in schema.FEATURES
        }
        for row in customers.to_dict("records")
    }

    def lookup(wanted: Sequence[str], /) -> Mapping[str, Mapping[str, Any]]:
        return {one: rows[one] for one in wanted if one in rows}

    return lookup


def _facts(evidence: Evidence, model: Pipeline) -> dict[str, str]:
    """What a registry would hold about the model: figures from the gate, the rest as people said it."""
    said = {
        "model.name": "churn", "model.version": "1",
        "param.kind": type(model.steps[-1][1]).__name__,
        "tag.owner": "retention", "tag.intended_use": "whom to call before they leave",
        "tag.out_of_scope": "prices, credit, employees",
        "tag.fairness_decision": "gender is not used in campaigns",
        "tag.digest": folders.digest(evidence.folder) if evidence.folder else "",
        "tag.data_version": evidence.lineage["data_version"],
        "tag.code_version": evidence.lineage["code_version"],
        "tag.trained_until": evidence.lineage["trained_until"],
        "tag.judged_on": RULE.complete_on(pd.Timestamp(TODAY)).date().isoformat(),
        "run.version.scikit-learn": importlib.metadata.version("scikit-learn"),
        "audit.0": "Ada made version 1 the champion on 2025-07-01: it earns more than the rule",
    }  # fmt: skip
    for name in ("quality", "worst_slice", "invariance"):
        verdict = ask_gate(name, CRITERIA[name], evidence, GATE)
        said[f"gate.{name}.{'passed' if verdict.passed else 'refused'}"] = verdict.reason
    X, y = evidence.judged(GATE)
    auc = metrics.evaluate(y, model.predict_proba(X)[:, 1])["roc_auc"]
    return {**said, "metric.roc_auc": f"{auc:.3f}"}
