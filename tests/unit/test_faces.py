"""The face of each folder says what is in it, exports what it says, and is cheap to import."""

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from coursekit import paths

UTILS = paths.course_root() / "utils"


def face_of(file: Path) -> str:
    return ".".join(file.parent.relative_to(UTILS).parts)


FACES = sorted(face_of(file) for file in UTILS.rglob("__init__.py"))
#: Libraries of seconds or of hundreds of megabytes: their modules are imported by their own names.
HEAVY = (
    "great_expectations", "feast", "mlflow", "pyspark", "deltalake", "optuna", "IPython",
    "onnx", "onnxruntime", "skops", "model_signing", "cyclonedx",
)  # fmt: skip
#: Folders whose modules nobody imports from outside: the face calls them the machine inside.
INSIDE = ("churn.simulator", "grader.steps")


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


def unnamed(face: Path) -> set[str]:
    """The modules and folders beside a face that it neither names nor exports something of."""
    tree = ast.parse(face.read_text(encoding="utf-8"))
    named = set(re.findall(r"``(\w+)``", ast.get_docstring(tree) or ""))
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            named.add(node.module.rpartition(".")[2])
    files = {path.stem for path in face.parent.glob("*.py")} - {"__init__", "__main__"}
    return (files | {path.parent.name for path in face.parent.glob("*/__init__.py")}) - named


@pytest.mark.parametrize("name", [name for name in FACES if name not in INSIDE])
def test_a_face_leads_to_each_of_its_modules(name: str) -> None:
    assert unnamed(UTILS.joinpath(*name.split("."), "__init__.py")) == set()


def test_a_module_that_no_face_names_is_seen(tmp_path: Path) -> None:
    (tmp_path / "__init__.py").write_text('"""``one`` is here."""\nfrom churn.two import x\n')
    for name in ("one", "two", "three"):
        (tmp_path / f"{name}.py").touch()
    assert unnamed(tmp_path / "__init__.py") == {"three"}


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
    folders = {one.parent.name for one in UTILS.rglob("__init__.py")}
    known = folders | {"course"}  # a command
    for face in UTILS.rglob("__init__.py"):
        assert ghosts(face, known) == set(), face
    (tmp_path / "__init__.py").write_text('"""``here`` and ``gone``."""')
    (tmp_path / "here.py").touch()
    assert ghosts(tmp_path / "__init__.py", known) == {"gone"}
