"""Only signed champions are loaded, and one takes over from the other between two requests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd
import pytest
import yaml
from mlflow import MlflowClient

from churn import features, schema
from churn.registry import packaging
from churn.registry.promotion import CHAMPION
from churn.registry.supply_chain import signing
from churn.serving.champion import Champion, ChampionError, load
from churn.serving.champions import Champions, FolderSource, Source
from churn.serving.registry_source import RegistrySource
from coursekit.environment import mlflow_store
from running_service import Signed

Records = list[dict[str, Any]]


class Shelf:
    """A source whose champion the test says; ``fetched`` counts."""

    def __init__(self) -> None:
        self.names: str | None = None
        self.fetched = 0
        self.down = False

    def version(self) -> str | None:
        if self.down:
            raise ConnectionError("the registry is down")
        return self.names

    def fetch(self, version: str, into: Path) -> None:
        self.fetched += 1
        into.mkdir()
        (into / "name").write_text(version)


def named(folder: Path, version: str, public_key: Path) -> Champion:
    """Loads every version but those whose names say that they are bad."""
    assert (folder / "name").read_text() == version
    if version.startswith("bad"):
        raise signing.SignatureError("the model is not signed")
    return Champion(version, "digest", 0.5, lambda records: np.zeros(len(records)), 0.0)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def champions(shelf: Shelf) -> Champions:
    return Champions(shelf, Path("key"), named)


def serving(champions: Champions) -> str | None:
    return champions.current.version if champions.current else None


def test_the_scores_are_those_of_the_model(
    signed: Signed, customers: pd.DataFrame, records: Records
) -> None:
    champion = load(signed.folder, "1", signed.public_key)
    expected = signed.model.predict_proba(features.features(customers))[:, 1]
    assert np.abs(champion.score(records) - expected).max() < packaging.PARITY
    assert champion.threshold == 0.24
    assert np.abs(champion.score(records[:1]) - expected[:1]).max() < packaging.PARITY


@pytest.mark.parametrize("harm", ["unsigned", "changed", "added", "other key"])
def test_what_is_not_as_it_was_signed_is_not_loaded(
    signed: Signed, tmp_path: Path, harm: str
) -> None:
    folder, key = tmp_path / "model", signed.public_key
    shutil.copytree(signed.folder, folder)
    assert load(folder, "1", key)
    if harm == "unsigned":
        (folder / "model.sig").unlink()
    elif harm == "changed":
        text = (folder / "MLmodel").read_text()
        (folder / "MLmodel").write_text(text.replace("threshold: 0.24", "threshold: 0.99"))
    elif harm == "added":
        (folder / "more.py").write_text("")
    else:
        _, key = signing.make_keys(tmp_path)
    with pytest.raises(signing.SignatureError):
        load(folder, "1", key)


@pytest.mark.parametrize("harm", ["no model", "outside", "not onnx", "no threshold"])
def test_signed_nonsense_is_refused_in_a_sentence(
    signed: Signed, tmp_path: Path, harm: str
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(signed.folder, folder)
    about = yaml.safe_load((folder / "MLmodel").read_text())
    function = about["flavors"]["python_function"]
    if harm == "outside":
        shutil.copy(folder / "artifacts" / "model.onnx", tmp_path / "other.onnx")
        function["artifacts"]["onnx"]["path"] = "../other.onnx"
    elif harm == "not onnx":
        (folder / "artifacts" / "model.onnx").write_bytes(b"nonsense")
    elif harm == "no threshold":
        del function["config"]["threshold"]
    (folder / "MLmodel").write_text(yaml.safe_dump({} if harm == "no model" else about))
    (folder / "model.sig").unlink()
    private, public = signing.make_keys(tmp_path)
    signing.sign(folder, private)
    with pytest.raises(ChampionError):
        load(folder, "1", public)


def test_a_new_champion_takes_over(champions: Champions, shelf: Shelf) -> None:
    champions.refresh()
    assert serving(champions) is None
    assert champions.problem == "nobody is champion"
    for version in ("1", "2", "1"):
        shelf.names = version
        champions.refresh()
        assert serving(champions) == version
        assert champions.problem is None
    before = champions.current
    champions.refresh()
    assert champions.current is before
    assert (champions.swaps, shelf.fetched) == (3, 3)
    shelf.names = None
    champions.refresh()
    assert serving(champions) is None


def test_a_refused_version_leaves_the_old_one_and_is_not_tried_again(
    champions: Champions, shelf: Shelf
) -> None:
    shelf.names = "1"
    champions.refresh()
    shelf.names = "bad"
    for _ in range(3):
        champions.refresh()
    assert serving(champions) == "1"
    assert champions.problem == "version bad is refused: the model is not signed"
    assert (champions.refusals, shelf.fetched) == (1, 2)
    shelf.names = "1"  # somebody went back
    champions.refresh()
    assert champions.problem is None
    shelf.names = "2"
    champions.refresh()
    assert serving(champions) == "2"


def test_a_registry_that_is_down_leaves_the_champion(champions: Champions, shelf: Shelf) -> None:
    shelf.names = "1"
    champions.refresh()
    shelf.down = True
    champions.refresh()
    assert serving(champions) == "1"
    assert "the registry is down" in (champions.problem or "")
    shelf.down = False
    champions.refresh()
    assert champions.problem is None


def test_a_watched_champion_is_there_when_watching_begins(
    champions: Champions, shelf: Shelf
) -> None:
    shelf.names = "1"
    champions.watch(every=3600)
    assert serving(champions) == "1"
    champions.close()


def test_a_folder_of_versions(signed: Signed, tmp_path: Path) -> None:
    source: Source = FolderSource(tmp_path)
    assert source.version() is None
    shutil.copytree(signed.folder, tmp_path / "v1")
    (tmp_path / "champion").write_text("v1\n")
    champions = Champions(source, signed.public_key)
    champions.refresh()
    assert serving(champions) == "v1"
    for name in ("../v1", "v1/../v1", str(tmp_path / "v1"), ".."):
        (tmp_path / "champion").write_text(name)
        champions.refresh()
        assert serving(champions) == "v1"
        assert champions.problem


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[MlflowClient]:
    before = mlflow.get_tracking_uri(), mlflow.get_registry_uri()
    (tmp_path / "mlflow.db").write_bytes(mlflow_store.empty().read_bytes())
    uri = mlflow_store.uri(tmp_path / "mlflow.db")
    yield MlflowClient(uri, uri)
    mlflow.set_tracking_uri(before[0])
    mlflow.set_registry_uri(before[1])


def test_the_champion_of_the_registry(
    signed: Signed, registry: MlflowClient, tmp_path: Path, records: Records
) -> None:
    place = registry.create_experiment("tests", (tmp_path / "artifacts").as_uri())
    champions = Champions(RegistrySource(registry, "churn"), signed.public_key)
    champions.refresh()
    assert "the registry cannot be read" in (champions.problem or "")  # there is no such model
    for _ in range(2):
        run = registry.create_run(place).info.run_id
        packaging.register(registry, "churn", signed.folder, run, {})
    champions.refresh()
    assert champions.problem == "nobody is champion"
    registry.set_registered_model_alias("churn", CHAMPION, "2")
    champions.refresh()
    assert serving(champions) == "2"
    assert champions.current
    assert 0 < champions.current.score([records[0]])[0] < 1
    # What was harmed in the registry's own store is refused, too.
    source = registry.get_model_version("churn", "1").source
    assert source
    harmed = Path(source.removeprefix("file://")) / "requirements.txt"
    harmed.write_text(harmed.read_text() + "evil==1\n")
    registry.set_registered_model_alias("churn", CHAMPION, "1")
    champions.refresh()
    assert serving(champions) == "2"
    assert champions.refusals == 1


def test_every_column_is_read(signed: Signed, records: Records) -> None:
    champion = load(signed.folder, "1", signed.public_key)
    for column in schema.FEATURES:
        whole = dict(records[0])
        del whole[column]
        with pytest.raises(KeyError, match=column):
            champion.score([whole])
