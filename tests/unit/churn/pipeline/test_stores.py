"""Environments are kept apart."""

import shutil
from pathlib import Path

import pytest
from mlflow import MlflowClient

from churn.pipeline.config import load_config
from churn.pipeline.graph import JobError, run_job
from churn.pipeline.stores import OWNED_BY, OWNER, REGISTRY, Stores, StoresError, owner_of_database
from coursekit.environment import mlflow_store


def place_of(name: str, home: Path, **changes: str) -> Stores:
    return Stores(load_config(name, changes=changes), home)


def test_a_place_that_nobody_set_up(tmp_path: Path) -> None:
    with pytest.raises(StoresError, match="dev is not set up: run the job setup first"):
        place_of("dev", tmp_path).require()
    assert list(tmp_path.iterdir()) == []


def test_staging_cannot_use_the_databases_of_prod(tmp_path: Path) -> None:
    prod = place_of("prod", tmp_path)
    prod.claim()
    prod.require()
    for setting, url in (("scores", prod.scores_url), ("registry", prod.registry_url)):
        staging = place_of("staging", tmp_path, **{setting: url})
        for attempt in (staging.claim, staging.must_be_own):
            with pytest.raises(StoresError, match="belongs to prod, not to staging"):
                attempt()
        assert owner_of_database(url) == "prod"
        assert "/" not in str(url).rsplit("/", 1)[-1]


def test_a_folder_of_another_environment(tmp_path: Path) -> None:
    place_of("prod", tmp_path).claim()
    (tmp_path / "prod").rename(tmp_path / "dev")
    with pytest.raises(StoresError, match="the folder dev belongs to prod, not to dev"):
        place_of("dev", tmp_path).require()


def test_a_label_that_cannot_be_read(tmp_path: Path) -> None:
    stores = place_of("dev", tmp_path)
    stores.claim()
    (stores.root / OWNER).write_text("{")
    with pytest.raises(StoresError, match="cannot be read"):
        stores.require()


def test_looking_makes_no_file(tmp_path: Path) -> None:
    assert owner_of_database(f"sqlite:///{tmp_path / 'none.db'}") is None
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def registry(tmp_path: Path) -> str:
    """MLflow's tables in a file, in which nobody has written whose they are."""
    file = tmp_path / "elsewhere" / "registry.db"
    file.parent.mkdir()
    shutil.copyfile(mlflow_store.empty(), file)
    return f"sqlite:///{file}"


def as_server(monkeypatch: pytest.MonkeyPatch, url: str) -> str:
    """An address that stands for a server in front of a registry's database."""
    monkeypatch.setattr(Stores, "client", property(lambda _: MlflowClient(url, url)))
    return "http://registry.telco:5000"


def test_staging_cannot_use_the_server_of_prod(
    tmp_path: Path, registry: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A staging that was set up well, and whose settings were changed to prod's address since."""
    server = as_server(monkeypatch, registry)
    place_of("prod", tmp_path, registry=server).claim()
    place_of("prod", tmp_path, registry=server).require()
    place_of("staging", tmp_path).claim()
    moved = place_of("staging", tmp_path, registry=server)
    sentence = "the model churn in the registry belongs to prod, not to staging"
    for attempt in (moved.require, moved.must_be_own, moved.claim):
        with pytest.raises(StoresError, match=f"^{sentence}$"):
            attempt()
    with pytest.raises(JobError, match=f"^train: {sentence}$"):
        run_job(moved, "train", "2024-08-31")
    # Another model on the same server is another environment's to have.
    place_of("staging", tmp_path, registry=server, model="churn_rehearsed").claim()
    place_of("prod", tmp_path, registry=server).require()


def test_a_registry_is_known_again_by_its_other_address(
    tmp_path: Path, registry: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prod by the server, staging by the database behind it; and the other way round."""
    sentence = "the model churn in the registry belongs to prod, not to staging"
    with monkeypatch.context() as patch:
        place_of("prod", tmp_path, registry=as_server(patch, registry)).claim()
    with pytest.raises(StoresError, match=sentence):
        place_of("staging", tmp_path, registry=registry).must_be_own()

    other = tmp_path / "other"
    prod = place_of("prod", other)
    prod.root.mkdir(parents=True)
    shutil.copyfile(mlflow_store.empty(), prod.root / REGISTRY)
    prod.claim()
    run_job(prod, "setup", "2024-08-31")
    server = as_server(monkeypatch, prod.registry_url)
    with pytest.raises(StoresError, match=sentence):
        place_of("staging", other, registry=server).must_be_own()


def test_a_model_that_nobody_has_claimed_is_claimed(
    tmp_path: Path, registry: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = as_server(monkeypatch, registry)
    client = MlflowClient(registry, registry)
    client.create_registered_model("churn")
    stores = place_of("prod", tmp_path, registry=server)
    stores.must_be_own()
    stores.claim()
    stores.claim()
    assert client.get_registered_model("churn").tags == {OWNED_BY: "prod"}
