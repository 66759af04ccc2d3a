"""The pipeline's jobs without the pipeline: the same work by the libraries' own calls, one after the other.

What the telco computes (labels, model, package, gate, drift) is the same; what is left out is what makes it a
pipeline: whose an environment is, what was done already, records and their lineage, the desk for
promotions with its signatures and its audit, batches that are named and kept. These functions work
in a folder that ``churn.pipeline`` has set up, in the place of one of its jobs.
"""

from __future__ import annotations

import shutil
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import great_expectations as gx
import mlflow
import numpy as np
import pandas as pd
import sqlalchemy as sa
import yaml
from deltalake import DeltaTable, write_deltalake
from feast import FeatureStore
from great_expectations.data_context.types.base import ProgressBarsConfig
from mlflow import MlflowClient
from sklearn.metrics import roc_auc_score

from churn import features, labels, metrics, schema
from churn.data.expectations import customer_expectations
from churn.monitoring.drift import compare_columns
from churn.registry import packaging
from churn.registry.gates import Evidence, GateConfig, decide
from churn.registry.supply_chain import signing
from churn.training.continuous import surprise
from churn.training.tracking import configured

MODEL, VIEW = "churn", "customer_month"
LABELLED = labels.LabelRule(1, 0, 2)
WATCHED = [name for name in schema.FEATURES if name not in ("tenure", "TotalCharges")]


@dataclass(frozen=True)
class Folders:
    """Where things are in the folder of an environment.

    Attributes:
        landing: the deliveries.
        root: the environment's folder.
        bounds: of the gate, with the campaign's money.
    """

    landing: Path
    root: Path
    bounds: GateConfig

    @property
    def url(self) -> str:
        """MLflow's database."""
        return f"sqlite:///{self.root.resolve() / 'registry.db'}"

    @property
    def client(self) -> MlflowClient:
        """Of the registry."""
        return MlflowClient(self.url, self.url)

    @property
    def store(self) -> FeatureStore:
        """Feast's."""
        return FeatureStore(repo_path=str(self.root / "features"))

    def month(self, table: str, first: pd.Timestamp, last: pd.Timestamp, columns: list[str]) -> Any:
        """Columns of the months of a Delta table."""
        within = [("month", ">=", f"{first:%Y-%m}"), ("month", "<=", f"{last:%Y-%m}")]
        return DeltaTable(self.root / "tables" / table).to_pandas(filters=within, columns=columns)


def end(day: pd.Timestamp, months: int) -> pd.Timestamp:
    """The month's end so many months before."""
    return (day.to_period("M") - months).end_time.normalize()


def setup(at: Folders, day: pd.Timestamp) -> None:
    """MLflow's tables, a registered model, two key pairs, Feast's settings."""
    at.root.mkdir(parents=True)
    at.client.create_experiment(MODEL, (at.root / "artifacts").resolve().as_uri())
    at.client.create_registered_model(MODEL)
    for name in ("signer", "gate"):
        (at.root / "keys" / name).mkdir(parents=True)
        signing.make_keys(at.root / "keys" / name)
    (at.root / "features" / VIEW).mkdir(parents=True)
    settings = {
        "project": "telco_pipeline", "provider": "local", "registry": "registry.db",
        "online_store": {"type": "sqlite", "path": "online.db"}, "offline_store": {"type": "file"},
        "entity_key_serialization_version": 3,
    }  # fmt: skip
    (at.root / "features" / "feature_store.yaml").write_text(yaml.safe_dump(settings))


def feature_tables(at: Folders, day: pd.Timestamp) -> None:
    """Read, validate, write to Delta and for Feast; label the month that has become known."""
    names = [schema.ID, *schema.FEATURES]
    folder = at.landing / f"{day:%Y-%m}"
    table = pd.read_parquet(folder / "customers.parquet", columns=names)
    departures = pd.read_parquet(folder / "departures.parquet")
    before = pd.read_parquet(
        at.landing / f"{end(day, 1):%Y-%m}" / "customers.parquet", columns=[schema.ID, "tenure"]
    )
    table["tenure"] = table["tenure"].clip(upper=schema.MAX_TENURE)
    rows = (int(len(before) * 0.8), int(len(before) * 1.2))
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("customers").add_dataframe_asset("customers")
    suite = gx.ExpectationSuite(
        name="customers", expectations=customer_expectations(labelled=False, rows=rows)
    )
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(
            name="customers",
            data=asset.add_batch_definition_whole_dataframe("customers"),
            suite=context.suites.add(suite),
        )
    )
    outcome = definition.run(batch_parameters={"dataframe": table}, result_format="BASIC")
    assert outcome.success
    both = before.merge(table[[schema.ID, "tenure"]], on=schema.ID, suffixes=("_before", ""))
    older = (both["tenure_before"] + 1).clip(upper=schema.MAX_TENURE)
    assert (both["tenure"] == older).mean() > 0.95
    table = table.sort_values(schema.ID, ignore_index=True)
    _append(at, "features", table.assign(as_of=day))
    moment = (day + pd.Timedelta(days=1, hours=4)).tz_localize("UTC").as_unit("us")
    table.assign(event_timestamp=moment).to_parquet(
        at.root / "features" / VIEW / f"{day:%Y-%m}.parquet"
    )
    known = LABELLED.youngest(day)
    asked = at.month("features", known, known, [schema.ID, "as_of"])
    asked["as_of"] = asked["as_of"].astype("datetime64[ns]")
    _append(at, "labels", labels.label(asked, departures, LABELLED))


def train(at: Folders, day: pd.Timestamp) -> None:
    """Join by Feast, fit, evaluate, log, package, sign and register."""
    reference = LABELLED.youngest(day)
    first, last = end(reference, 3), end(reference, 1)
    asked = at.month("labels", first, last, [schema.ID, "as_of", "churned"])
    if len(asked) > 60_000:
        asked = asked.sample(60_000, random_state=0).sort_index()
    rows = _joined(at, asked)
    client = at.client
    experiment = client.get_experiment_by_name(MODEL)
    assert experiment is not None
    tags: dict[str, Any] = {
        "trained_until": f"{last:%Y-%m-%d}",
        "reference": f"{reference:%Y-%m-%d}",
    }
    run = client.create_run(experiment.experiment_id, tags=tags).info
    for name, value in {"kind": "logistic", "seed": 0}.items():
        client.log_param(run.run_id, name, value)
    X, y = features.features(rows), rows["churned"].to_numpy()
    model = configured("logistic", 0).fit(X, y)
    for name, value in metrics.evaluate(y, model.predict_proba(X)[:, 1]).items():
        client.log_metric(run.run_id, f"train_{name}", value)
    folder = at.root / "packages" / "new"
    examples = rows[[schema.ID, *schema.FEATURES]].head(2000)
    packaging.package(model, examples, folder, at.bounds.campaign.break_even)
    signing.sign(folder, at.root / "keys" / "signer" / signing.PRIVATE_KEY)
    client.log_artifacts(run.run_id, str(folder), "package")
    client.create_model_version(MODEL, f"{run.artifact_uri}/package", run.run_id, tags=tags)
    client.update_run(run.run_id, "FINISHED")
    shutil.rmtree(folder)


def deploy(at: Folders, day: pd.Timestamp) -> None:
    """Compare the candidate with the champion on the reference month; what passes gets the alias."""
    client, reference = at.client, LABELLED.youngest(day)
    newest = max(client.search_model_versions(f"name = '{MODEL}'"), key=lambda v: int(v.version))
    champion = client.get_model_version_by_alias(MODEL, "champion")
    rows = _joined(at, at.month("labels", reference, reference, [schema.ID, "as_of", "churned"]))
    rows[schema.TARGET] = np.where(rows["churned"] == 1, "Yes", "No").astype(object)
    rows.loc[rows["tenure"] == 0, "TotalCharges"] = np.nan
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        candidate, theirs = _download(at, newest, one), _download(at, champion, other)
        evidence = Evidence(
            table=rows[[*schema.COLUMNS, "as_of"]],
            candidate=_scorer(candidate),
            champion=_scorer(theirs),
            champion_version=str(champion.version),
            signature=packaging.signature_of(candidate),
            folder=candidate,
            public_key=at.root / "keys" / "signer" / signing.PUBLIC_KEY,
            lineage=newest.tags,
        )
        decision = decide(evidence, at.bounds)
    client.set_model_version_tag(MODEL, newest.version, "decision", decision.to_json())
    if decision.passed:
        client.set_registered_model_alias(MODEL, "champion", newest.version)


def batch_inference(at: Folders, day: pd.Timestamp) -> None:
    """Score the month's customers and write the scores in one transaction."""
    rows = at.month("features", day, day, [schema.ID, *schema.FEATURES])
    champion = at.client.get_model_version_by_alias(MODEL, "champion")
    with tempfile.TemporaryDirectory() as folder:
        p = _scorer(_download(at, champion, folder))(rows[list(schema.FEATURES)])
    batch = uuid.uuid4().hex
    contact = p >= at.bounds.campaign.break_even
    columns = {"batch": batch, "customer_id": rows[schema.ID], "probability": p, "contact": contact}
    engine = sa.create_engine(f"sqlite:///{at.root / 'scores.db'}")
    with engine.begin() as connection:
        pd.DataFrame(columns).to_sql("scores", connection, if_exists="append", index=False)
        connection.execute(sa.text("update served set batch = :batch"), {"batch": batch})
    engine.dispose()
    int(contact.sum())


def monitor(at: Folders, day: pd.Timestamp) -> None:
    """Drift against the champion's months, and its scores of the newest labelled month."""
    champion = at.client.get_model_version_by_alias(MODEL, "champion")
    reference = LABELLED.youngest(day)
    until = pd.Timestamp(champion.tags["trained_until"])
    past = at.month("features", end(until, 2), until, WATCHED)
    today = at.month("features", day, day, WATCHED)
    some = [one.sample(min(len(one), 5000), random_state=0) for one in (past, today)]
    found = compare_columns(some[0], some[1], 0.01, min_effect=0.1)
    rows = _joined(at, at.month("labels", reference, reference, [schema.ID, "as_of", "churned"]))
    y = rows["churned"].to_numpy()
    with tempfile.TemporaryDirectory() as folder:
        p = _scorer(_download(at, champion, folder))(features.features(rows))
    seen = {
        "as_of": day,
        "drifted": int(found["drift"].sum()),
        "surprise": surprise(y, p),
        "roc_auc": roc_auc_score(y, p),
        "dollars": metrics.campaign_value(y, p, at.bounds.campaign.break_even, at.bounds.campaign),
    }
    _append(at, "bare_monitoring", pd.DataFrame([seen]))


def retrain(at: Folders, day: pd.Timestamp) -> None:
    """Read the month's row, and see whether it calls for another model."""
    row = DeltaTable(at.root / "tables" / "monitoring").to_pandas(
        filters=[("month", "=", f"{day:%Y-%m}")]
    )
    bool((row["surprise"].abs() > 3).any() or (row["drifted"] > 0).any())


def _append(at: Folders, name: str, rows: pd.DataFrame) -> None:
    month = f"{pd.Timestamp(rows['as_of'].iloc[0]):%Y-%m}"
    rows = rows.assign(month=month, as_of=rows["as_of"].astype("datetime64[us]"))
    write_deltalake(at.root / "tables" / name, rows, mode="append", partition_by=["month"])


def _joined(at: Folders, asked: pd.DataFrame) -> pd.DataFrame:
    """Feast's point-in-time join, in the order of what was asked, with the schema's types."""
    moment = asked["as_of"].astype("datetime64[us]") + pd.Timedelta(days=1, hours=4)
    asked = asked.assign(event_timestamp=moment.dt.tz_localize("UTC")).reset_index(drop=True)
    keys = [schema.ID, "event_timestamp"]
    store = at.store
    wanted = [f"{VIEW}:{name}" for name in schema.FEATURES]
    found = store.get_historical_features(entity_df=asked[keys], features=wanted).to_df()
    found["event_timestamp"] = found["event_timestamp"].astype(asked["event_timestamp"].dtype)
    rows = asked.merge(found, how="left", on=keys)
    return rows.astype({name: schema.dtypes()[name] for name in schema.FEATURES})


def _download(at: Folders, version: Any, folder: str) -> Path:
    return Path(
        mlflow.artifacts.download_artifacts(
            artifact_uri=version.source, dst_path=folder, tracking_uri=at.url
        )
    )


def _scorer(folder: Path) -> Any:
    model = mlflow.pyfunc.load_model(
        str(folder), suppress_warnings=True, model_config={"engine": "onnx"}
    )
    return lambda X: np.asarray(model.predict(X)["probability"], dtype=float)


JOBS = (setup, feature_tables, train, deploy, batch_inference, monitor, retrain)
