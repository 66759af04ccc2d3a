"""The face of each folder exports what it says, and is cheap to import."""

import importlib
import subprocess
import sys

import pytest

FACES = (
    "churn", "churn.simulator", "churn.data", "churn.features", "churn.training",
    "churn.registry", "churn.registry.gates", "churn.registry.supply_chain", "churn.spark",
    "churn.calibration", "churn.serving", "churn.monitoring", "churn.monitoring.drift",
    "churn.release", "churn.experiments", "churn.pipeline", "churn.assistant", "coursekit", "coursekit.environment",
    "coursekit.exercises",
    "coursekit.authoring",
)  # fmt: skip
#: Libraries of seconds or of hundreds of megabytes: their modules are imported by their own names.
HEAVY = (
    "great_expectations", "feast", "mlflow", "pyspark", "deltalake", "optuna", "IPython",
    "onnx", "onnxruntime", "skops", "model_signing", "cyclonedx",
)  # fmt: skip


def test_no_face_loads_a_heavy_library() -> None:
    code = f"import sys, {', '.join(FACES)}; print(*sorted(set({HEAVY}) & set(sys.modules)))"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout.split() == []


@pytest.mark.parametrize("name", FACES)
def test_a_face_says_what_belongs_there_and_has_what_it_exports(name: str) -> None:
    face = importlib.import_module(name)
    assert face.__doc__
    exported = getattr(face, "__all__", [])
    assert [name for name in exported if not hasattr(face, name)] == []
    assert exported == sorted(exported, key=lambda name: (not name.isupper(), name[0].islower()))
