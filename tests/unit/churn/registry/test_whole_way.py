"""From a fitted model to a champion in another registry, with the real parts."""

import shutil
from collections.abc import Callable
from pathlib import Path

import mlflow
import mlflow.pyfunc
import pandas as pd
from mlflow import MlflowClient

from candidates import CONFIG, later_table
from churn import features, training
from churn.registry import packaging
from churn.registry.gates import Decision, decide
from churn.registry.promotion import CHAMPION, Promotion
from churn.registry.supply_chain import signing
from churn.registry.topologies import transfer

LINEAGE = {"data_version": "2e", "code_version": "3d", "trained_until": "2025-01-31"}


def judged(folder: Path, public: Path, run: str) -> Decision:
    evidence = packaging.evidence_of(
        folder, public, table=later_table(), champion=training.baseline_rule,
        lineage=LINEAGE | {"run_id": run},
    )  # fmt: skip
    return decide(evidence, CONFIG)


def test_a_model_gets_from_training_to_production(
    packaged: tuple[Path, packaging.Parity],
    customers: pd.DataFrame,
    store: Callable[[str], MlflowClient],
    tmp_path: Path,
) -> None:
    private, public = signing.make_keys(tmp_path)
    folder = tmp_path / "model"
    shutil.copytree(packaged[0], folder)
    signing.sign(folder, private)

    staging, production = store("staging"), store("production")
    run = staging.create_run("1").info.run_id
    version = packaging.register(staging, "churn", folder, run, LINEAGE)
    moved = transfer(staging, production, "churn", version, public, "tests")

    # Production asks its own gate, about its own files.
    source = str(production.get_model_version("churn", moved).source)
    there = Path(source.removeprefix("file://"))
    decision = judged(there, public, run)
    assert decision.refusals == []
    desk = Promotion(production, "churn", tmp_path)
    desk.record(moved, decision)
    desk.promote(moved, "Ada", "better than the rule")

    mlflow.set_tracking_uri(production.tracking_uri)
    mlflow.set_registry_uri(production.tracking_uri)  # an earlier test may have set another
    champion = mlflow.pyfunc.load_model(f"models:/churn@{CHAMPION}")
    X = features.features(customers)
    assert (champion.predict(X)["probability"] == packaging.scorer(folder)(X)).all()
    # MLflow has left its note in the folder by now.
    assert (there / "registered_model_meta").exists()
    assert signing.verify(there, public)
    assert judged(there, public, run).digest == decision.digest
