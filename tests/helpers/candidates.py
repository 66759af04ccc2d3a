"""A candidate that passes the gate: small tables, a model of three columns, a signed folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn import data, schema, training
from churn.registry.gates import Evidence, GateConfig, ModelSignature
from churn.registry.supply_chain import signing

TRAINED_UNTIL = "2025-01-31"
LATER = "2025-04-30"
LINEAGE = {
    "run_id": "1f", "data_version": "2e", "code_version": "3d", "trained_until": TRAINED_UNTIL,
}  # fmt: skip
#: As much as a small table bears; time is no matter on a busy machine.
CONFIG = GateConfig(
    min_customers=400, min_leavers=50, draws=100, min_slice_customers=60, min_slice_leavers=10,
    max_slice_loss=0.3, behaviour_customers=30, latency_calls=20, max_latency_ms=60_000,
    slices=("SeniorCitizen", "gender"),
)  # fmt: skip
_MLFLOW_TYPES = {"object": "string", "int64": "long", "float64": "double"}
SIGNATURE = ModelSignature(
    {name: _MLFLOW_TYPES[schema.dtypes()[name]] for name in schema.FEATURES}, ("threshold",)
)


def raising(X: pd.DataFrame) -> NDArray[np.float64]:
    """A model that cannot be asked."""
    raise RuntimeError("the model\ncannot be read")


def leaving(X: pd.DataFrame) -> NDArray[np.float64]:
    """A model that ends the process that asks it."""
    raise SystemExit


def score(X: pd.DataFrame) -> NDArray[np.float64]:
    """Close to what a logistic regression learns."""
    logit = -1.9 - 0.029 * X["tenure"].to_numpy(dtype=float)
    logit += 1.3 * (X["InternetService"] == "Fiber optic").to_numpy()
    logit += 1.1 * (X["Contract"] == "Month-to-month").to_numpy()
    logit += 0.6 * (X["PaymentMethod"] == "Electronic check").to_numpy()
    scores: NDArray[np.float64] = 1 / (1 + np.exp(-logit))
    return scores


def later_table(customers: int = 700) -> pd.DataFrame:
    table = data.load("synthetic", n=customers, seed=11)
    return table.assign(as_of=pd.Timestamp(LATER))


def signed_folder(folder: Path) -> tuple[Path, Path]:
    """A small folder, signed, and the public key, which stands elsewhere."""
    model, keys = folder / "model", folder / "keys"
    for made in (model, keys):
        made.mkdir(parents=True)
    (model / "weights.txt").write_text("-1.9 -0.029 1.3 1.1 0.6\n")
    private, public = signing.make_keys(keys)
    signing.sign(model, private)
    return model, public


def good_evidence(folder: Path) -> Evidence:
    model, public = signed_folder(folder)
    return Evidence(
        table=later_table(), candidate=score, champion=training.baseline_rule,
        signature=SIGNATURE, folder=model, public_key=public, lineage=LINEAGE,
    )  # fmt: skip


def changed(evidence: Evidence, **parts: Any) -> Evidence:
    """The same with other parts; scores are made anew."""
    return replace(evidence, **parts)
