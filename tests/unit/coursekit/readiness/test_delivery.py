"""A push that is good is built and released; each way of being bad is stopped at its own step."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from coursekit import shell
from coursekit.readiness import delivery

PYPROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "offers"
version = "{version}"
requires-python = ">=3.12"
"""
MODULE = '''"""Whom to call."""


def call(tenure):
    """Whether a customer is called."""
    return tenure <= 12


def smoke_test():
    """Raise if the package does not work where it stands."""
    assert call(1)
'''
TEST = """from offers import call


def test_new_customers_are_called():
    assert call(12)
    assert not call(13)
"""


def write(folder: Path, **changes: str) -> Path:
    """The files of the package, some of them other."""
    files = {
        "pyproject.toml": PYPROJECT.format(version=changes.pop("version", "0.1.0")),
        "src/offers/__init__.py": changes.pop("module", MODULE),
        "tests/test_offers.py": changes.pop("test", TEST),
        **changes,
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with one build; copy it before writing to it."""
    store = tmp_path_factory.mktemp("store")
    delivery.build(write(tmp_path_factory.mktemp("source")), store, "c1", lambda _: None)
    return store


@pytest.fixture
def store(built: Path, tmp_path: Path) -> Path:
    import shutil

    return Path(shutil.copytree(built, tmp_path / "store"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"config.py": 'api_key = "q8ZxT3bLr7Wm2KpV9sYd"\n'}, "secrets: config.py:1"),  # pragma: allowlist secret
        ({"module": MODULE + "\n\nimport os\n"}, "lint: "),
        ({"module": MODULE.replace("<= 12", "< 12")}, "test: "),
    ],
)  # fmt: skip
def test_a_bad_commit_is_stopped_and_leaves_nothing(
    tmp_path: Path, changes: dict[str, str], said: str
) -> None:
    source = write(tmp_path / "source", **changes)
    with pytest.raises(delivery.PipelineError, match=f"^{said}"):
        delivery.build(source, tmp_path / "store", "c1", lambda _: None)
    assert not (tmp_path / "store").exists()


def test_a_release_installs_what_was_built(store: Path) -> None:
    said: list[str] = []
    delivery.release(store, "c1", "0.1.0", said.append)
    assert said[-1] == "✔ release: 0.1.0"
    for environment in delivery.ENVIRONMENTS:
        assert (store / environment / "current").read_text() == "0.1.0"
        assert (store / environment / "0.1.0/offers/__init__.py").read_text() == MODULE
    with pytest.raises(delivery.PipelineError, match=r"is it new: 0\.1\.0 was released before"):
        delivery.release(store, "c1", "0.1.0", said.append)


def test_what_was_not_built_or_has_another_version_is_not_released(store: Path) -> None:
    with pytest.raises(delivery.PipelineError, match="nothing was built"):
        delivery.release(store, "c2", "0.1.0", lambda _: None)
    with pytest.raises(delivery.PipelineError, match=r"tag v0\.2\.0, wheel 0\.1\.0"):
        delivery.release(store, "c1", "0.2.0", lambda _: None)
    assert not (store / "staging").exists()


def test_a_changed_wheel_is_not_released(store: Path) -> None:
    (wheel,) = (store / "builds/c1").glob("*.whl")
    wheel.write_bytes(wheel.read_bytes() + b"x")
    with pytest.raises(delivery.PipelineError, match="not what was built"):
        delivery.release(store, "c1", "0.1.0", lambda _: None)


def test_a_wheel_whose_file_is_not_as_its_record_says_is_not_installed(
    store: Path, tmp_path: Path
) -> None:
    import zipfile

    (wheel,) = (store / "builds/c1").glob("*.whl")
    changed = tmp_path / wheel.name
    with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<= 12", b"<= 99"))
    with pytest.raises(delivery.PipelineError, match=r"offers/__init__\.py is not as"):
        delivery.install(changed, tmp_path / "site")


def test_what_fails_in_staging_never_reaches_production(store: Path) -> None:
    facts = json.loads((store / "builds/c1/build.json").read_text())
    (wheel,) = (store / "builds/c1").glob("*.whl")
    source = store.parent / "broken"
    write(source, module=MODULE.replace("assert call(1)", "raise OSError('no network')"))
    subprocess.run(
        [delivery.sys.executable, "-m", "hatchling", "build", "-t", "wheel"],
        cwd=source, check=True, capture_output=True,
    )  # fmt: skip
    (other,) = (source / "dist").glob("*.whl")
    wheel.write_bytes(other.read_bytes())
    facts["sha256"] = delivery.sha256(wheel)
    (store / "builds/c1/build.json").write_text(json.dumps(facts))
    with pytest.raises(delivery.PipelineError, match="try in staging: OSError: no network"):
        delivery.release(store, "c1", "0.1.0", lambda _: None)
    assert not (store / "production").exists()


@pytest.mark.needs("posix")
def test_git_takes_only_what_the_pipelines_pass(tmp_path: Path) -> None:
    hub, store = tmp_path / "hub.git", tmp_path / "store"
    shell.run("git init -q --bare -b main hub.git", tmp_path)
    delivery.install_hook(hub, store)
    work = write(tmp_path / "work")
    for command in (
        "git init -q -b main",
        "git remote add origin ../hub.git",
        "git add .",
        "git commit -q -m first",
    ):
        shell.run(command, work)
    said = shell.run("git push origin main", work)
    assert "✔ keep: offers-0.1.0-py3-none-any.whl" in said
    shell.run("git tag -a v0.1.0 -m first", work)
    assert "✔ release: 0.1.0" in shell.run("git push origin v0.1.0", work)
    first = shell.run("git rev-parse main", hub)

    write(work, module=MODULE.replace("<= 12", "< 12"))
    shell.run("git commit -q -a -m faster", work)
    with pytest.raises(shell.CommandError, match="✘ test: "):
        shell.run("git push origin main", work)
    assert shell.run("git rev-parse main", hub) == first
    shell.run("git tag latest", work)
    for words, why in (("latest", "no version like"), (":v0.1.0", "what was pushed stays")):
        with pytest.raises(shell.CommandError, match=why):
            shell.run(f"git push origin {words}", work)
