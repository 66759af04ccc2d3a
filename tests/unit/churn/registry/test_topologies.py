"""A version gets into the other registry only signed and unchanged, and leads back."""

from collections.abc import Callable
from pathlib import Path

import pytest
from mlflow import MlflowClient

from candidates import signed_folder
from churn.registry import folders
from churn.registry.packaging import register
from churn.registry.supply_chain import signing
from churn.registry.topologies import TransferError, transfer

Store = Callable[[str], MlflowClient]
LINEAGE = {"data_version": "2e", "code_version": "3d", "gate.decision": "passed in staging"}


@pytest.fixture
def staging(store: Store, tmp_path: Path) -> tuple[MlflowClient, Path]:
    """A registry with one signed version, and the public key."""
    client = store("staging")
    model, public = signed_folder(tmp_path)
    (model / folders.WRITTEN_BY_MLFLOW).write_text("model_name: churn\n")
    register(client, "churn", model, client.create_run("1").info.run_id, LINEAGE)
    return client, public


def source_of(client: MlflowClient) -> Path:
    return Path(str(client.get_model_version("churn", "1").source).removeprefix("file://"))


def test_a_transferred_version_is_the_same_and_leads_back(
    staging: tuple[MlflowClient, Path], store: Store, tmp_path: Path
) -> None:
    client, public = staging
    production = store("production")
    assert transfer(client, production, "churn", "1", public, "tests") == "1"
    here, there = (c.get_model_version("churn", "1") for c in (client, production))
    assert there.tags["digest"] == here.tags["digest"]
    assert (there.tags["origin.version"], there.tags["origin.run_id"]) == ("1", here.run_id)
    assert (there.tags["data_version"], there.tags["code_version"]) == ("2e", "3d")
    assert "gate.decision" not in there.tags, "production asks its own gate"
    assert there.source != here.source
    assert len(signing.verify(source_of(production), public)) == 1
    assert transfer(client, production, "churn", "1", public, "tests") == "2"


def test_what_is_unsigned_changed_or_unknown_stays_out(
    staging: tuple[MlflowClient, Path], store: Store
) -> None:
    client, public = staging
    production = store("production")
    weights = source_of(client) / "weights.txt"
    kept = weights.read_text()

    def refused(words: str) -> None:
        with pytest.raises(TransferError, match=words):
            transfer(client, production, "churn", "1", public, "tests")
        assert production.search_registered_models() == []

    weights.write_text("0")
    refused("version 1 is refused: the signature does not fit")
    weights.write_text(kept)
    client.set_model_version_tag("churn", "1", "digest", "0" * 64)
    refused("not those it was made of")
    client.delete_model_version_tag("churn", "1", "digest")
    refused("no fingerprint")
