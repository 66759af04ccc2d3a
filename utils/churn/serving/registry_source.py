"""The champion of a model in MLflow's registry, as :mod:`churn.registry.promotion` makes it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from mlflow import MlflowClient
from mlflow.artifacts import download_artifacts

from churn.registry.promotion import CHAMPION


class RegistrySource:
    """A :class:`churn.serving.champions.Source`: the version with the alias ``champion``."""

    def __init__(self, client: MlflowClient, name: str) -> None:
        self.client, self.name = client, name

    def version(self) -> str | None:
        """One question to the registry."""
        found = self.client.get_registered_model(self.name).aliases.get(CHAMPION)
        return None if found is None else str(found)

    def fetch(self, version: str, into: Path) -> None:
        """Download the version's files."""
        source = self.client.get_model_version(self.name, version).source
        with tempfile.TemporaryDirectory(dir=into.parent) as scratch:
            uri = self.client.tracking_uri
            found = download_artifacts(artifact_uri=source, dst_path=scratch, tracking_uri=uri)
            shutil.move(found, into)
