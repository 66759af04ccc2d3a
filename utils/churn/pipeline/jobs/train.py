"""Train a candidate on the newest labelled months, all of them older than the one that judges it."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from typing import Any

import pandas as pd
from mlflow.entities.model_registry import ModelVersion
from sklearn.pipeline import Pipeline

from churn import features, metrics, schema
from churn.labels import Day
from churn.pipeline import early, feature_repo, runs, tables
from churn.pipeline.graph import JobError
from churn.pipeline.stores import Stores
from churn.registry import packaging
from churn.registry.supply_chain import signing
from churn.training.continuous.windows import since_change
from churn.training.tracking import configured, fingerprint, versions

#: Tags of a version and its run: what it was made of, for which month, and the settings.
KEY, DAY, CONFIG = "pipeline.key", "pipeline.day", "pipeline.config"
REFERENCE, FIRST = "pipeline.reference", "pipeline.trained_from"


def run(stores: Stores, day: Day) -> runs.Run:
    """Train, track, package, sign and register a candidate; one that is there is not made again.

    Raises:
        JobError: if too few months are labelled.
    """
    stores.require()
    day = pd.Timestamp(day)
    fit_months, reference = months_for(stores, day)
    labels = tables.read(stores.tables, tables.LABELS, fit_months[0], fit_months[-1])
    most = stores.config.training.max_rows
    if len(labels) > most:
        labels = labels.sample(most, random_state=stores.config.training.seed).sort_index()
    rows = feature_repo.training_rows(stores.features, labels)
    if stores.config.training.window == "since_change":
        rows = since_change(
            rows, lambda X, y: _unfitted(stores).fit(X, y), stores.config.trigger.errors
        )
        fit_months = [m for m in fit_months if m >= rows["as_of"].min()]
    data = fingerprint(rows)
    key = _key(stores, data, reference)
    found = version_by_key(stores, key)
    if found is None:
        lineage = {
            KEY: key,
            DAY: f"{day:%Y-%m-%d}",
            CONFIG: stores.config.digest(),
            REFERENCE: f"{reference:%Y-%m-%d}",
            FIRST: f"{fit_months[0]:%Y-%m-%d}",
            "trained_until": f"{fit_months[-1]:%Y-%m-%d}",
            "data_version": data,
            "data.features": str(tables.version(stores.tables, tables.FEATURES)),
            "data.labels": str(tables.version(stores.tables, tables.LABELS)),
            "code_version": runs.code_version(),
        }
        found = _make(stores, rows, lineage)
    _close(stores, found, key)
    span = f"{fit_months[0]:%Y-%m} to {fit_months[-1]:%Y-%m}"
    said = f"version {found} on {len(rows):,} rows of {span}"
    return runs.record(stores, "train", day, said, version=found, key=key)


def months_for(stores: Stores, day: pd.Timestamp) -> tuple[list[pd.Timestamp], pd.Timestamp]:
    """The months to train on, oldest first, and the later one on which models are compared.

    Raises:
        JobError: if there are not two labelled months.
    """
    newest = stores.config.labels.rule.youngest(day)
    known = [m for m in tables.months(stores.tables, tables.LABELS) if m <= newest]
    later = early.newest(stores, day)
    if not known or (later is None and len(known) < 2):
        raise JobError(
            f"training takes two labelled months, and on {day:%Y-%m-%d} {len(known)} are"
        )
    return divided(known, later, stores.config.training.months)


def divided(
    known: Sequence[pd.Timestamp], later: pd.Timestamp | None, most: int
) -> tuple[list[pd.Timestamp], pd.Timestamp]:
    """The months to train on, oldest first, and the later one on which models are compared.

    That is the newest labelled month, or with the setting ``early`` a later one, whose outcome is not
    certain yet: then every labelled month is there to train on.

    Args:
        known: the labelled months, oldest first; two at least where ``later`` is None.
        later: the newest month whose outcome can be seen, if one is newer.
        most: months to train on.
    """
    older, reference = (known, later) if later is not None else (known[:-1], known[-1])
    return list(older[-most:]), reference


def version_by_key(stores: Stores, key: str) -> str | None:
    """The version that was made of the same; None if there is none."""
    for version in _versions(stores):
        if version.tags.get(KEY) == key:
            return str(version.version)
    return None


def _versions(stores: Stores) -> list[ModelVersion]:
    return list(stores.client.search_model_versions(f"name = '{stores.config.model}'"))


def _key(stores: Stores, data: str, reference: pd.Timestamp) -> str:
    about = [
        data,
        f"{reference:%Y-%m-%d}",
        stores.config.training.model_dump(),
        runs.code_version(),
    ]
    return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()[:16]


def _make(stores: Stores, rows: pd.DataFrame, lineage: dict[str, str]) -> str:
    client, config = stores.client, stores.config
    experiment = client.get_experiment_by_name(config.model)
    if experiment is None:
        raise JobError("the registry has no experiment: run the job setup first")
    _forget_runs(stores, experiment.experiment_id, lineage[KEY])
    tags: dict[str, Any] = {**lineage, **versions()}
    run = client.create_run(experiment.experiment_id, run_name=lineage[DAY], tags=tags)
    training = config.training
    for name, value in {"kind": training.kind, "seed": training.seed, **training.settings}.items():
        client.log_param(run.info.run_id, name, value)
    X, y = features.features(rows), rows["churned"].to_numpy()
    model = _unfitted(stores).fit(X, y)
    for name, value in metrics.evaluate(y, model.predict_proba(X)[:, 1]).items():
        client.log_metric(run.info.run_id, f"train_{name}", value)
    # Whatever a training that was killed has left of the same package lies in this folder.
    shutil.rmtree(stores.packages / lineage[KEY], ignore_errors=True)
    folder = stores.packages / lineage[KEY] / "package"
    examples = rows[[schema.ID, *schema.FEATURES]].head(2000)
    packaging.package(model, examples, folder, config.campaign.break_even)
    signing.sign(folder, stores.keys / "signer" / signing.PRIVATE_KEY)
    return packaging.register(client, config.model, folder, run.info.run_id, lineage)


def _unfitted(stores: Stores) -> Pipeline:
    training = stores.config.training
    return configured(training.kind, training.seed, training.settings)


def _close(stores: Stores, version: str, key: str) -> None:
    """End the run of a version and remove its package, which is in the registry now."""
    run = str(stores.client.get_model_version(stores.config.model, version).run_id)
    if stores.client.get_run(run).info.status != "FINISHED":
        stores.client.update_run(run, "FINISHED")
    shutil.rmtree(stores.packages / key, ignore_errors=True)


def _forget_runs(stores: Stores, experiment: str, key: str) -> None:
    """Runs of the same that were killed before a version was registered."""
    for run in stores.client.search_runs([experiment], f"tags.`{KEY}` = '{key}'"):
        stores.client.delete_run(run.info.run_id)
