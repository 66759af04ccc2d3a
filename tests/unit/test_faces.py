"""The face of each folder exports what it says, and is cheap to import."""

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from coursekit import paths

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


def names(folder: Path) -> set[str]:
    """What the Python files of a folder are called, and what they define."""
    trees = [(file, ast.parse(file.read_text(encoding="utf-8"))) for file in folder.glob("*.py")]
    defined = {
        node.name
        for _, tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }
    return defined | {file.stem for file, _ in trees} | {one.name for one in folder.iterdir()}


def ghosts(face: Path, known: set[str]) -> set[str]:
    """What a face's text names, and what is neither in its folder nor in ``known``."""
    said = ast.get_docstring(ast.parse(face.read_text(encoding="utf-8"))) or ""
    return set(re.findall(r"``(\w+)``", said)) - names(face.parent) - known


def test_a_face_names_only_what_is_there(tmp_path: Path) -> None:
    utils = paths.course_root() / "utils"
    folders = {one.parent.name for one in utils.rglob("__init__.py")}
    known = folders | {"course", "deployment"}  # a command; a part of another folder
    for face in utils.rglob("__init__.py"):
        assert ghosts(face, known) == set(), face
    (tmp_path / "__init__.py").write_text('"""``here`` and ``gone``."""')
    (tmp_path / "here.py").touch()
    assert ghosts(tmp_path / "__init__.py", known) == {"gone"}
