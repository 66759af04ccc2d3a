"""The locks satisfy what pyproject.toml declares, and nothing in them names a machine."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from coursekit import paths
from coursekit.environment import tools
from coursekit.environment.doctor import locked_versions

ROOT = paths.course_root()
LOCKS = sorted((ROOT / "requirements").rglob("*.txt"))
DECLARED = tomllib.loads((ROOT / "pyproject.toml").read_text())
PROJECT = DECLARED["project"]


def unmet(declared: Iterable[str], locked: Mapping[str, str]) -> list[str]:
    """The declared requirements that a lock does not satisfy."""
    versions = {canonicalize_name(name): version for name, version in locked.items()}
    found = []
    for line in declared:
        requirement = Requirement(line)
        version = versions.get(canonicalize_name(requirement.name))
        if version is None or not requirement.specifier.contains(version, prereleases=True):
            found.append(f"{line} (locked: {version})")
    return found


def test_course_lock_satisfies_the_declarations() -> None:
    assert unmet(PROJECT["dependencies"], locked_versions(ROOT / "requirements/course.txt")) == []


def test_automl_lock_satisfies_the_declarations() -> None:
    extra = PROJECT["optional-dependencies"]["automl"]
    assert unmet(extra, locked_versions(ROOT / "requirements/automl.txt")) == []


@pytest.mark.parametrize("name", tools.TOOLS)
def test_a_tools_lock_satisfies_its_group(name: str) -> None:
    assert unmet(DECLARED["dependency-groups"][name], locked_versions(tools.lock(name, ROOT))) == []


def test_every_lock_of_a_tool_belongs_to_a_tool_that_set_up_knows() -> None:
    locks = {path.stem for path in (ROOT / "requirements/tools").iterdir()}
    assert locks == set(tools.TOOLS) == set(DECLARED["dependency-groups"])


@pytest.mark.parametrize("name", ["alibi-detect", "continuum"])
def test_tools_share_the_one_pytorch(name: str) -> None:
    ours = locked_versions(ROOT / "requirements/automl.txt")
    theirs = locked_versions(tools.lock(name, ROOT))
    assert theirs["torch"] == ours["torch"]
    assert {n: theirs[n] for n in theirs if n.startswith("nvidia-")}.items() <= ours.items()


def test_a_lock_that_lags_behind_is_noticed() -> None:
    assert unmet(["alpha>=2", "beta"], {"alpha": "1.9"}) == [
        "alpha>=2 (locked: 1.9)",
        "beta (locked: None)",
    ]


def test_adding_ludwig_changes_no_base_package() -> None:
    base, extra = (
        locked_versions(ROOT / f"requirements/{name}.txt") for name in ("course", "automl")
    )
    common = base.keys() & extra.keys()
    assert common
    assert {name: base[name] for name in common} == {name: extra[name] for name in common}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_pin_has_a_hash_and_there_is_no_address(lock: Path) -> None:
    text = lock.read_text()
    assert not re.search(r"://|index-url|find-links", text)
    entries = re.split(r"\n(?=[a-z0-9])", text)
    pins = [entry for entry in entries if re.match(r"[a-z0-9]", entry)]
    assert pins
    for entry in pins:
        assert "==" in entry.splitlines()[0]
        assert "--hash=sha256:" in entry, entry


def test_conda_names_the_same_python() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    version = (ROOT / ".python-version").read_text().strip()
    assert f"python={version}" in environment["dependencies"]
    assert environment["dependencies"][1:] == ["pip"], "the packages come in with postBuild"
    assert PROJECT["requires-python"] == f"=={version}.*"
