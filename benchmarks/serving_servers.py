"""The three servers of ``benchmarks/serving.py``, and the files that they share."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import psutil

from churn import data, features, training
from churn.registry import packaging
from churn.registry.supply_chain import signing
from churn.serving import access
from coursekit.environment import known, switches
from coursekit.exercises.callers import records_of

KEY = "benchmark"
#: An MLflow model that looks the customer up before it asks the packaged one.
WITH_LOOKUP = """
import mlflow.pyfunc
import pandas as pd
from feast import FeatureStore
from mlflow.models import set_model

from churn.serving.feast_lookup import FeastLookup


class WithLookup(mlflow.pyfunc.PythonModel):
    def load_context(self, context):
        self.model = mlflow.pyfunc.load_model(context.artifacts["package"])
        self.lookup = FeastLookup(FeatureStore(repo_path=context.artifacts["store"]))

    def predict(self, context, model_input, params=None):
        rows = self.lookup(model_input["customerID"].tolist())
        table = pd.DataFrame(list(rows.values())).astype({"TotalCharges": "float64"})
        return self.model.predict(table)


set_model(WithLookup())
"""


@dataclass(frozen=True)
class Prepared:
    """What all servers share: files in a folder, and the customers who are asked for."""

    folder: Path
    customers: list[dict[str, Any]]


def prepare(folder: Path, customers: int) -> Prepared:
    """Fit, package and sign the model, fill the feature store, make the settings."""
    from churn.serving.feast_lookup import open_record_store

    table = data.load("synthetic", n=7043)
    model = training.make_model("logistic").fit(*features.xy(table))
    packaging.package(model, table, folder / "models" / "1", threshold=0.24)
    private, _ = signing.make_keys(folder)
    signing.sign(folder / "models" / "1", private)
    (folder / "models" / "champion").write_text("1")
    asked = table.head(customers)
    open_record_store(folder / "features", asked, pd.Timestamp.now(tz="UTC"))
    (folder / "keys.json").write_text(json.dumps({KEY: access.fingerprint(KEY)}))
    (folder / "settings.json").write_text(json.dumps({"rate": 1e9, "burst": 1e9}))
    return Prepared(folder, records_of(asked))


def ours(prepared: Prepared, port: int, lookup: bool) -> list[str]:
    """The command that starts our service."""
    at = prepared.folder
    database = f"sqlite:///{at}/evaluation-{port}.db"
    command = [
        *(sys.executable, "-m", "churn.serving", "--port", str(port), "--models", f"{at}/models"),
        *("--public-key", f"{at}/{signing.PUBLIC_KEY}", "--keys", f"{at}/keys.json"),
        *("--evaluation-store", database, "--journal", f"{at}/journal-{port}"),
        *("--settings", f"{at}/settings.json"),
    ]
    return [*command, "--features", f"{at}/features"] if lookup else command


def plain(prepared: Prepared, port: int, lookup: bool) -> list[str]:
    """The command that starts FastAPI with scikit-learn: ``serving.py``."""
    place_of = [str(prepared.folder), str(port), str(int(lookup))]
    return [sys.executable, str(Path(__file__).with_name("serving.py")), "--serve-plain", *place_of]


def mlflow_serve(prepared: Prepared, port: int, lookup: bool) -> list[str]:
    """The command that starts `mlflow models serve`."""
    package = prepared.folder / "models" / "1"
    if lookup:
        package = prepared.folder / "with_lookup"
        if not package.exists():
            _package_with_lookup(prepared, package)
    return [
        *(sys.executable, "-m", "mlflow", "models", "serve", "--model-uri", str(package)),
        *("--env-manager", "local", "--port", str(port)),
    ]


def _package_with_lookup(prepared: Prepared, package: Path) -> None:
    import mlflow.pyfunc

    code = prepared.folder / "with_lookup.py"
    code.write_text(WITH_LOOKUP)
    artifacts = {"package": str(prepared.folder / "models" / "1"), "store": str(prepared.folder / "features")}  # fmt: skip
    mlflow.pyfunc.save_model(
        str(package), python_model=str(code), artifacts=artifacts, pip_requirements=["mlflow"]
    )


def serve_plain(folder: Path, port: int, lookup: bool) -> None:
    """What one writes first: Pydantic, a data frame, ``predict_proba``."""
    import skops.io
    import uvicorn
    from fastapi import FastAPI

    from churn.serving.schemas import PredictionRequest

    path = folder / "models" / "1" / "artifacts" / "model.skops"
    model, app = skops.io.load(path, trusted=list(packaging.TRUSTED)), FastAPI()
    find: Any = None
    if lookup:
        from feast import FeatureStore

        from churn.serving.feast_lookup import FeastLookup

        find = FeastLookup(FeatureStore(repo_path=str(folder / "features")))

    def predict(request: Any) -> dict[str, float]:
        row = find([request.customerID])[request.customerID] if find else request.given()
        table = features.features(pd.DataFrame([row]).astype({"TotalCharges": "float64"}))
        return {"probability": float(model.predict_proba(table)[0, 1])}

    def ready() -> dict[str, str]:
        return {}

    predict.__annotations__["request"] = PredictionRequest
    app.post("/v1/predict")(predict)
    app.get("/ready")(ready)
    uvicorn.run(app, port=port, log_level="warning", access_log=False)


SERVERS: dict[str, tuple[Callable[[Prepared, int, bool], list[str]], str, str]] = {
    "our service": (ours, "/v1/predict", "/ready"),
    "FastAPI + scikit-learn": (plain, "/v1/predict", "/ready"),
    "mlflow models serve": (mlflow_serve, "/invocations", "/ping"),
}


@contextlib.contextmanager
def running(command: list[str], port: int, ready: str, log: Path) -> Iterator[psutil.Process]:
    """The server, once it is ready; it is stopped with SIGTERM."""
    # `mlflow models serve` looks for uvicorn on the path.
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    env = known.environment(switches.REPEATABLE, {"PATH": path})
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=env)
        try:
            for _ in range(3000):
                with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}{ready}"):  # fmt: skip
                    break
                if process.poll() is not None:
                    raise RuntimeError(f"the server ended: {log.read_text()[-2000:]}")
                time.sleep(0.1)
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(60)
