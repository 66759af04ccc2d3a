"""The files of a registered version, wherever its registry keeps them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mlflow import MlflowClient
from mlflow.artifacts import download_artifacts
from mlflow.entities.model_registry import ModelVersion

from churn.registry import folders


@contextmanager
def files_of(client: MlflowClient, version: ModelVersion) -> Iterator[Path]:
    """A copy of a version's folder, as long as the ``with`` lasts.

    Raises:
        MlflowException, OSError: if it cannot be read.
    """
    with tempfile.TemporaryDirectory() as scratch:
        copy = download_artifacts(
            artifact_uri=str(version.source), dst_path=scratch, tracking_uri=client.tracking_uri
        )
        # MLflow's note of what it loaded is no part of a model, and names this registry.
        if (note := Path(copy) / folders.WRITTEN_BY_MLFLOW).is_file():
            note.unlink()
        yield Path(copy)
