"""What every tracked run of the telco records, and the way back from a record to a fit.

The functions write to MLflow's active run and read from the store that is set; they start no run
of their own, so that a caller decides what is a run and what is nested in what.
"""

from __future__ import annotations

import ast
import hashlib
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import mlflow
import numpy as np
import pandas as pd
from mlflow.data.pandas_dataset import PandasDataset
from numpy.typing import ArrayLike
from sklearn.pipeline import Pipeline

from churn import features, metrics
from churn.training.models import ModelKind, make_model

#: Packages on whose versions the figures of a run depend.
PACKAGES = ("numpy", "pandas", "scikit-learn")
_SHA256_TAG = "sha256."


@dataclass(frozen=True)
class Record:
    """What the store holds about one run, as plain data; made by :func:`recorded`.

    Attributes:
        name: of the run.
        status: ``FINISHED``, ``FAILED``, ``RUNNING`` or another of MLflow's states.
        params: MLflow keeps them as text; here numbers are numbers again.
        metrics: the last value of each.
        tables: the fingerprint of each dataset, by the dataset's name.
    """

    name: str
    status: str
    params: dict[str, Any]
    metrics: dict[str, float]
    tables: dict[str, str]


def fingerprint(table: pd.DataFrame) -> str:
    """SHA-256 of a table: all rows in their order, all columns with their names.

    MLflow's own digest looks at the first 10,000 rows only, and leaves out dates, true/false
    columns and any text column with a missing value.
    """
    rows = pd.util.hash_pandas_object(table, index=False).to_numpy()
    digest = hashlib.sha256("\0".join(map(str, table.columns)).encode())
    digest.update(rows.tobytes())
    return digest.hexdigest()


def log_data(*datasets: PandasDataset) -> None:
    """Log datasets as inputs of the active run, and each one's :func:`fingerprint` as a tag.

    Each is made by ``mlflow.data.from_pandas(table, name=…)``; its name (``train``, ``valid``)
    becomes the context. Make it once and use it for many runs: reading a table's schema takes
    longer than fitting a small model.
    """
    for dataset in datasets:
        mlflow.log_input(dataset, context=dataset.name)
    mlflow.set_tags({_SHA256_TAG + used.name: fingerprint(used.df) for used in datasets})


def log_scores(
    y: ArrayLike, p: ArrayLike, campaign: metrics.Campaign, prefix: str = "valid_"
) -> dict[str, float]:
    """Measure scores, log the figures to the active run, and return them under the same names.

    Args:
        y: shape (n,), 1 where the customer left.
        p: shape (n,), scores in [0, 1].
        campaign: customers are contacted from its break-even on.
        prefix: of the metrics' names, saying on which customers they were measured.

    Returns:
        ``roc_auc``, ``average_precision``, ``brier``, ``log_loss`` (see
        :func:`churn.metrics.evaluate`), ``contacted`` (customers) and ``value`` (dollars).
    """
    threshold = campaign.break_even
    found = metrics.evaluate(y, p)
    found["contacted"] = float((np.asarray(p) >= threshold).sum())
    found["value"] = metrics.campaign_value(y, p, threshold, campaign)
    found = {prefix + name: value for name, value in found.items()}
    mlflow.log_metrics(found)
    return found


def configured(
    kind: ModelKind, seed: int = 0, settings: Mapping[str, Any] | None = None
) -> Pipeline:
    """An unfitted model of the course with other settings of its last step.

    Raises:
        ValueError: for another kind, or a setting that the model does not have.
    """
    model = make_model(kind, seed)
    step = model.steps[-1][0]
    return model.set_params(**{f"{step}__{name}": x for name, x in (settings or {}).items()})


def fit_recorded(
    kind: ModelKind,
    seed: int,
    settings: Mapping[str, Any],
    train: PandasDataset,
    valid: PandasDataset,
    campaign: metrics.Campaign,
) -> tuple[Pipeline, dict[str, float]]:
    """Fit a model on ``train``, judge it on ``valid``, and record all of it in the active run.

    Recorded before the fit, so that a run that fails has it too: kind, seed and settings as
    params, both datasets, the versions of Python and the packages as tags. After it: the metrics of
    :func:`log_scores`.

    Returns:
        The fitted model, and the metrics by name.
    """
    mlflow.log_params({"kind": kind, "seed": seed, **settings})
    mlflow.set_tags(versions())
    log_data(train, valid)
    model = configured(kind, seed, settings).fit(*features.xy(train.df))
    X, y = features.xy(valid.df)
    return model, log_scores(y, model.predict_proba(X)[:, 1], campaign)


def versions() -> dict[str, str]:
    """The versions of Python and of :data:`PACKAGES`, as tags of a run."""
    found = {f"version.{name}": version(name) for name in PACKAGES}
    return {"version.python": platform.python_version(), **found}


def recorded(run_id: str) -> Record:
    """Read a run from the store.

    Raises:
        mlflow.MlflowException: if there is no such run.
    """
    run = mlflow.get_run(run_id)
    tags = run.data.tags
    return Record(
        name=run.info.run_name or "",
        status=run.info.status,
        params={name: _typed(text) for name, text in run.data.params.items()},
        metrics=dict(run.data.metrics),
        tables={
            name.removeprefix(_SHA256_TAG): text
            for name, text in tags.items()
            if name.startswith(_SHA256_TAG)
        },
    )


def _typed(text: str) -> Any:
    # 'boosting' is not a literal: it stays the text that it was.
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
