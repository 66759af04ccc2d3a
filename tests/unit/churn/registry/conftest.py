"""An empty store for each test, a desk of a registry that is as it was made, a good candidate."""

from collections.abc import Callable, Iterator
from pathlib import Path

import mlflow
import pytest
from mlflow import MlflowClient

from candidates import good_evidence
from churn.registry.gates import Evidence
from churn.registry.promotion import Promotion
from desks import Registry

Store = Callable[[str], MlflowClient]


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


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """Ask for ``desk``, which puts back what the test before has changed."""
    return Registry(tmp_path_factory.mktemp("registry"))


@pytest.fixture
def desk(registry: Registry, tmp_path: Path) -> Promotion:
    """A registry with four versions; none has been through the gate."""
    return registry.desk(tmp_path)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """A candidate that passes every criterion; change a copy of it."""
    return good_evidence(tmp_path_factory.mktemp("good"))
