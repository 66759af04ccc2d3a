"""A registry as plain data says what MLflow's own client says; one with a past is always the same."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from mlflow import MlflowClient

from coursekit.environment import mlflow_store
from coursekit.exercises.registries import AUDIT, VERSIONS, Registry, read, with_a_past, write


@pytest.fixture
def store(tmp_path: Path) -> tuple[Path, MlflowClient]:
    database = tmp_path / "mlflow.db"
    database.write_bytes(mlflow_store.empty().read_bytes())
    uri = mlflow_store.uri(database)
    return database, MlflowClient(tracking_uri=uri, registry_uri=uri)


def records(registry: Registry) -> list[dict[str, str]]:
    texts = (
        text
        for row in registry["versions"].values()
        for tag, text in row["tags"].items()
        if tag.startswith(AUDIT)
    )
    return sorted((json.loads(text) for text in texts), key=lambda record: record["number"])


def test_what_was_written_is_read(store: tuple[Path, MlflowClient]) -> None:
    database, client = store
    assert read(database) == {}
    past = with_a_past(3)
    write(past, client, "churn")
    assert read(database) == {"churn": past}


def test_it_reads_what_the_client_says(store: tuple[Path, MlflowClient]) -> None:
    database, client = store
    write(with_a_past(4), client, "churn")
    client.create_registered_model("empty")
    client.delete_model_version("churn", "2")
    client.set_model_version_tag("churn", "3", "note", "seen")
    before = database.read_bytes()
    found = read(database)
    assert found["empty"] == {"aliases": {}, "versions": {}}
    versions = {str(v.version): v for v in client.search_model_versions("name = 'churn'")}
    assert set(found["churn"]["versions"]) == set(versions)
    assert "2" not in versions
    for number, row in found["churn"]["versions"].items():
        assert row["tags"] == versions[number].tags
        assert row["source"] == versions[number].source
    aliases = client.get_registered_model("churn").aliases
    assert found["churn"]["aliases"] == {alias: str(version) for alias, version in aliases.items()}
    assert database.read_bytes() == before


def test_no_file_is_an_error_and_none_is_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no registry in no\.db"):
        read(tmp_path / "no.db")
    assert not (tmp_path / "no.db").exists()


def test_versions_begin_with_one(store: tuple[Path, MlflowClient]) -> None:
    row: dict[str, object] = {"source": "file:///models/2", "run_id": None, "tags": {}}
    with pytest.raises(ValueError, match="version 2 became version 1"):
        write({"aliases": {}, "versions": {"2": row}}, store[1], "churn")


@pytest.mark.parametrize("seed", range(8))
def test_the_past_has_what_makes_it_hard(seed: int) -> None:
    past = with_a_past(seed)
    assert past == with_a_past(seed) != with_a_past(seed + 1)
    assert list(past["versions"]) == [str(number) for number in range(1, VERSIONS + 1)]
    found = records(past)
    done = [record for record in found if record["state"] == "done"]
    assert len(found) == 20
    assert 10 <= len(done) < 20
    moments = [dt.datetime.fromisoformat(record["when"]) for record in found]
    assert moments == sorted(moments)
    # On some nights a clock in Berlin shows another day than one that shows UTC.
    assert len({moment.utcoffset() for moment in moments}) > 2
    assert any("stage" in row["tags"] for row in past["versions"].values())


def test_in_most_pasts_the_order_of_the_texts_misleads() -> None:
    texts = [[record["when"] for record in records(with_a_past(seed))] for seed in range(20)]
    assert sum(one != sorted(one) for one in texts) >= 10
