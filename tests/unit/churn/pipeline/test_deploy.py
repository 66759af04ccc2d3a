"""A candidate that cannot be read is refused with a reason on record, and nothing of it is run."""

import shutil
from pathlib import Path

import pytest

from candidates import later_table
from churn.pipeline.config import load_config
from churn.pipeline.jobs import deploy, train
from churn.pipeline.stores import REGISTRY, Stores
from churn.registry.gates import Decision
from churn.registry.packaging import register
from churn.registry.promotion import DECISION
from churn.registry.supply_chain import signing
from coursekit.environment import mlflow_store


@pytest.fixture
def stores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stores:
    """Prod with an empty registry, the keys of gate and signer, and a month to judge by."""
    stores = Stores(load_config("prod"), tmp_path)
    stores.root.mkdir()
    shutil.copyfile(mlflow_store.empty(), stores.root / REGISTRY)
    stores.claim()
    for whose in ("gate", "signer"):
        (stores.keys / whose).mkdir(parents=True)
        signing.make_keys(stores.keys / whose)
    monkeypatch.setattr(deploy, "reference_table", lambda stores, month: later_table())
    return stores


#: What is wrong with it, and what the gate then says of quality, signature and the files.
UNREADABLE = {
    "broken": ("it could not be asked: ", "it could not be asked: ", "of every file is valid"),
    "unsigned": ("the model is not signed",) * 3,
    "changed": ("the signature does not fit the model",) * 3,
}


@pytest.mark.parametrize("kind", sorted(UNREADABLE))
def test_an_unreadable_candidate_is_refused_with_its_reason(
    stores: Stores, tmp_path: Path, kind: str
) -> None:
    folder, ran = tmp_path / "model", tmp_path / "it ran"
    folder.mkdir()
    (folder / "MLmodel").write_text("flavors: {python_function: {loader_module: [\n")
    if kind != "unsigned":
        signing.sign(folder, stores.keys / "signer" / signing.PRIVATE_KEY)
    if kind == "changed":
        # A model that is Python which MLflow would import.
        (folder / "payload.py").write_text(f"open({str(ran)!r}, 'w')\n")
        (folder / "MLmodel").write_text(
            "flavors: {python_function: {loader_module: payload, code: .}}"
        )
    experiment = stores.client.create_experiment("churn", (stores.root / "artifacts").as_uri())
    run = stores.client.create_run(experiment).info.run_id
    lineage = {train.REFERENCE: "2025-04-30", "trained_until": "2025-01-31"}
    version = register(stores.client, "churn", folder, run, lineage)
    decision = deploy.decided(stores, version, None)
    assert not decision.passed
    assert Decision.from_json(stores.tags_of(version)[DECISION]).refusals == decision.refusals
    reasons = {verdict.name: verdict.reason for verdict in decision.verdicts}
    for name, words in zip(("quality", "signature", "files_signed"), UNREADABLE[kind], strict=True):
        assert words in reasons[name]
        assert "\n" not in reasons[name]
    assert not ran.exists()
