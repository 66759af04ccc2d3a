"""Packaged models and a store, made once."""

from collections.abc import Callable, Iterator
from pathlib import Path

import mlflow
import pandas as pd
import pytest
from mlflow import MlflowClient

from churn import data, features, training
from churn.registry import packaging

Store = Callable[[str], MlflowClient]


@pytest.fixture(scope="session")
def customers() -> pd.DataFrame:
    """Do not write to it."""
    return data.load("synthetic", n=800, seed=5)


@pytest.fixture(scope="session")
def packaged(
    tmp_path_factory: pytest.TempPathFactory, customers: pd.DataFrame
) -> tuple[Path, packaging.Parity]:
    """A logistic regression as it is shipped; do not write into its folder."""
    folder = tmp_path_factory.mktemp("packages") / "logistic"
    model = training.make_model("logistic").fit(*features.xy(customers))
    return folder, packaging.package(model, customers, folder, threshold=0.24)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Makes a client of an empty store of its own, by name."""
    from coursekit.environment import mlflow_store

    before, registry = mlflow.get_tracking_uri(), mlflow.get_registry_uri()

    def make(name: str) -> MlflowClient:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "mlflow.db").write_bytes(mlflow_store.empty().read_bytes())
        uri = mlflow_store.uri(folder / "mlflow.db")
        client = MlflowClient(uri, uri)
        client.create_experiment("tests", (folder / "artifacts").as_uri())
        return client

    yield make
    mlflow.set_tracking_uri(before)
    mlflow.set_registry_uri(registry)
