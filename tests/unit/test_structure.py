"""Imports run downwards only, and nowhere in a circle; those in functions and for types count, too.

The order is what the packages say themselves: the face of each lists its parts from the ground up.
"""

import ast
import importlib.util
import re
import shutil
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from coursekit import paths

UTILS = paths.course_root() / "utils"
#: From the ground up.
PACKAGES = ["churn", "coursekit", "grader", "coursecli"]
#: The parts of churn that may know the outside world, itself among them.
KNOW_THE_WORLD = ["simulator", "data", "calibration"]

Edge = tuple[str, str]


def modules(utils: Path) -> dict[str, Path]:
    """Every module of the packages by its name; a package's face has the package's name."""
    files = (file for package in PACKAGES for file in (utils / package).rglob("*.py"))
    parts = {file: file.relative_to(utils).with_suffix("").parts for file in files}
    return {".".join(p[:-1] if p[-1] == "__init__" else p): file for file, p in parts.items()}


def imports(utils: Path) -> Iterator[Edge]:
    """Which module imports which, wherever in the file the import stands."""
    known = modules(utils)
    for name, file in known.items():
        package = name if file.name == "__init__.py" else name.rpartition(".")[0]
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            found: list[str] = []
            if isinstance(node, ast.Import):
                found = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                base = "." * node.level + (node.module or "")
                base = importlib.util.resolve_name(base, package)
                whole = [f"{base}.{alias.name}" for alias in node.names]
                found = [module if module in known else base for module in whole]
            yield from {(name, module) for module in found if module in known and module != name}


def below(module: str, package: str) -> str | None:
    """The child of ``package`` that is or holds ``module``; None if it is the face or elsewhere."""
    inside = module.removeprefix(f"{package}.")
    return None if inside == module else inside.split(".")[0]


def children(edges: list[Edge], package: str) -> set[Edge]:
    """Which child of ``package`` imports which other."""
    pairs = {(below(a, package), below(b, package)) for a, b in edges}
    return {(a, b) for a, b in pairs if a and b and a != b}


def parts(utils: Path, package: str) -> list[str]:
    """The parts of a package in the order in which its face lists them."""
    face = (utils / package / "__init__.py").read_text(encoding="utf-8")
    lines = re.findall(r"^(``.*?``)  ", ast.get_docstring(ast.parse(face)) or "", re.MULTILINE)
    return [name for line in lines for name in re.findall(r"``(\w+)``", line)]


def problems(utils: Path) -> Iterator[str]:
    edges, known = sorted(imports(utils)), modules(utils)
    for a, b in edges:
        if PACKAGES.index(a.split(".")[0]) < PACKAGES.index(b.split(".")[0]):
            yield f"{a} imports {b}, which stands above it"
        company = below(a, "churn")
        if company and company not in KNOW_THE_WORLD and below(b, "churn") == "simulator":
            yield f"{a} imports {b}: the company knows the outside world by its data only"
    for package in PACKAGES:
        yield from problems_inside(utils, package, edges, known)


def problems_inside(
    utils: Path, package: str, edges: list[Edge], known: dict[str, Path]
) -> Iterator[str]:
    own = [name for name in known if f"{name}.".startswith(f"{package}.")]
    for folder in (name for name in own if known[name].name == "__init__.py"):
        for a, b in edges:
            if b == folder and below(a, folder):
                yield f"{a} imports its own face {b}"
        order = TopologicalSorter[str]()
        for one, other in sorted(children(edges, folder)):
            order.add(one, other)
        try:
            order.prepare()
        except CycleError as error:
            yield f"in {folder} imports run in a circle: {' ← '.join(error.args[1])}"
    if listed := parts(utils, package):
        missing = {below(name, package) for name in own} - {None, *listed}
        yield from (
            f"the face of {package} does not list {part}" for part in sorted(map(str, missing))
        )
        for one, other in sorted(children(edges, package)):
            if listed.index(one) < listed.index(other):
                yield f"{package}.{one} imports {package}.{other}, which is listed below it"


def test_imports_run_downwards_and_not_in_circles() -> None:
    assert list(problems(UTILS)) == []


@pytest.mark.parametrize("package", [name for name in PACKAGES if name != "coursecli"])
def test_each_face_lists_parts_that_are_there(package: str) -> None:
    listed = parts(UTILS, package)
    assert listed
    for part in listed:
        assert importlib.util.find_spec(f"{package}.{part}"), part


#: What is added to which module, and what the problem names.
PLANTED = {
    "upward": ("churn/metrics.py", "from churn import data", "listed below"),
    "to another package": ("churn/metrics.py", "import coursekit.paths", "stands above"),
    "in a function": ("churn/schema.py", "def f():\n    import churn.labels", "circle"),
    "for types only": (
        "coursekit/paths.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from coursekit.workspace import Workspace",
        "listed below",
    ),
    "relative": ("churn/data/origin.py", "from .expectations import Report", "circle"),
    "between folders": ("churn/features/preprocessing.py", "import churn.training", "circle"),
    "own face": ("churn/data/origin.py", "from churn.data import load", "its own face"),
    "outside world": ("churn/training/models.py", "import churn.simulator", "by its data only"),
    "a part nobody lists": ("coursekit/attic.py", "", "does not list attic"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_each_breach_is_noticed(name: str, tmp_path: Path) -> None:
    file, line, words = PLANTED[name]
    for package in PACKAGES:
        shutil.copytree(UTILS / package, tmp_path / package, ignore=shutil.ignore_patterns("*.pyc"))
    with (tmp_path / file).open("a", encoding="utf-8") as module:
        module.write(f"\n{line}\n")
    assert words in "; ".join(problems(tmp_path))
