"""A build pipeline and a release pipeline behind a Git repository, small and real.

    python -m coursekit.readiness.delivery STORE REF OLD NEW      # as Git's hook `update` calls it

Git asks the hook before it takes what somebody pushes, and takes it only if the hook says 0. A push to
``main`` triggers the *build pipeline*: the pushed commit is taken out of the repository, checked,
tested and built, and the wheel is kept in the store under the commit's id. A tag like ``v1.2.0``
triggers the *release pipeline*: the wheel that was built for that commit, and no other, goes to
staging, is tried there, and then to production. A step that fails ends the pipeline.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from coursekit.environment import known, switches
from coursekit.readiness import secrets

MAIN = "refs/heads/main"
TAG = re.compile(r"refs/tags/v(?P<version>\d+\.\d+\.\d+)")
#: Where a release goes, in this order.
ENVIRONMENTS = ("staging", "production")
#: What Git gives for a ref that somebody deletes.
DELETED = "0" * 40
#: A module may say how its package is tried where it was installed.
SMOKE_TEST = "smoke_test"


class PipelineError(RuntimeError):
    """A step of a pipeline said no; the message is the step and what it said."""


def install_hook(repository: Path, store: Path) -> Path:
    """Have a bare repository ask the pipelines before it takes a push; returns the hook's file."""
    hook = repository / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        f'#!/bin/sh\nexec "{sys.executable}" -m {__spec__.name} "{store}" "$@"\n', encoding="utf-8"
    )
    hook.chmod(0o755)
    return hook


def build(source: Path, store: Path, commit: str, say: Callable[[str], None] = print) -> Path:
    """The build pipeline over the files of a commit; returns the wheel, which is in the store.

    Raises:
        PipelineError: if a step fails. Nothing is kept then.
    """
    found = secrets.scan((path for path in source.rglob("*") if path.is_file()), source)
    _step("secrets", not found, "; ".join(map(str, found)) or "none", say)
    _run(
        "lint",
        ["-m", "ruff", "check", "--no-cache", "--isolated", "--output-format", "concise", "."],
        source,
        say,
    )
    _run("test", ["-m", "pytest", "-q", "-c", os.devnull, "--rootdir", ".", "."], source, say,
         PYTHONPATH=str(source / "src"))  # fmt: skip
    _run("build", ["-m", "hatchling", "build", "-t", "wheel"], source, say)
    (wheel,) = (source / "dist").glob("*.whl")
    kept = store / "builds" / commit
    kept.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(wheel, kept / wheel.name)
    facts = {"commit": commit, "wheel": wheel.name, "sha256": sha256(wheel)}
    (kept / "build.json").write_text(json.dumps(facts))
    _step("keep", True, wheel.name, say)
    return kept / wheel.name


def release(store: Path, commit: str, version: str, say: Callable[[str], None] = print) -> None:
    """The release pipeline: the wheel of ``commit`` to staging, tried there, then to production.

    Raises:
        PipelineError: if nothing was built for the commit, the wheel is not the one that was built,
            its version is another one, was released before, or a step fails.
    """
    kept = store / "builds" / commit
    built = (kept / "build.json").is_file()
    _step("find the build", built, "there" if built else "nothing was built for this commit", say)
    facts = json.loads((kept / "build.json").read_text())
    wheel = kept / facts["wheel"]
    same = sha256(wheel) == facts["sha256"]
    _step("compare the hash", same, "as built" if same else "the file is not what was built", say)
    has = wheel.name.split("-")[1]
    said = f"tag v{version}, wheel {has}"
    _step("compare the version", has == version, said, say)
    released = store / "releases.json"
    before = json.loads(released.read_text()) if released.is_file() else []
    new = version not in [one["version"] for one in before]
    _step("is it new", new, "yes" if new else f"{version} was released before", say)
    for environment in ENVIRONMENTS:
        folder = install(wheel, store / environment / version)
        package = wheel.name.split("-")[0]
        code = f"import {package}; {package}.{SMOKE_TEST}()"
        _run(f"try in {environment}", ["-c", code], folder, say, PYTHONPATH=str(folder))
        current = store / environment / "current"
        current.write_text(version)
    released.write_text(json.dumps([*before, {"version": version, **facts}]))
    _step("release", True, version, say)


def install(wheel: Path, folder: Path) -> Path:
    """Unpack a wheel of pure Python, each file compared with the hash that the wheel gives for it.

    A wheel is a zip archive laid out as it is to stand on Python's path; pip and uv unpack it, too,
    and make its commands besides.

    Raises:
        PipelineError: if a file is not as the wheel's RECORD says.
    """
    from importlib.metadata import PathDistribution

    shutil.rmtree(folder, ignore_errors=True)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    (info,) = folder.glob("*.dist-info")
    for file in PathDistribution(info).files or ():
        if file.hash is not None:
            content = (folder / file).read_bytes()
            digest = hashlib.new(file.hash.mode, content).digest()
            if _urlsafe(digest) != file.hash.value:
                raise PipelineError(f"install: {file} is not as the wheel says")
    return folder


def version_of(source: Path) -> str:
    """The version that the project in a folder says it has."""
    project = tomllib.loads((source / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


def sha256(file: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def update(store: Path, ref: str, new: str, say: Callable[[str], None] = print) -> None:
    """What the hook does for one ref that somebody pushes.

    Raises:
        PipelineError: if the push is to be refused.
    """
    if new == DELETED:
        raise PipelineError("delete: what was pushed stays")
    tag = TAG.fullmatch(ref)
    if ref == MAIN:
        with tempfile.TemporaryDirectory() as scratch:
            take_out(new, Path(scratch))
            build(Path(scratch), store, new, say)
    elif tag:
        # An annotated tag is an object of its own, which points to the commit.
        commit = _git("rev-parse", f"{new}^{{commit}}").decode().strip()
        release(store, commit, tag["version"], say)
    elif ref.startswith("refs/tags/"):
        raise PipelineError(f"tag: {ref.removeprefix('refs/tags/')} is no version like v1.2.0")


def _urlsafe(digest: bytes) -> str:
    import base64

    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def take_out(commit: str, folder: Path) -> None:
    """Put the files of a commit into a folder; runs where a hook of Git runs."""
    with tarfile.open(fileobj=io.BytesIO(_git("archive", "--format=tar", commit))) as packed:
        packed.extractall(folder, filter="data")


def _git(*words: str) -> bytes:
    # What is pushed is not in the repository yet: Git's own variables say where it waits.
    of_git = {name: value for name, value in os.environ.items() if name.startswith("GIT_")}
    done = subprocess.run(
        ["git", *words],
        env=known.environment(switches.GIT, of_git),
        capture_output=True,
        check=True,
    )
    return done.stdout


def _run(
    name: str, words: list[str], folder: Path, say: Callable[[str], None], **more: str
) -> None:
    """Run Python in ``folder`` as a step; what it prints is told if it fails."""
    # pytest's plugins belong to the course, not to the package, and take a second to load.
    # A notebook's kernel asks programs for colors, which a pipeline's log has no use for.
    own = {"PYTHONDONTWRITEBYTECODE": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
           "NO_COLOR": "1", "FORCE_COLOR": "", "CLICOLOR_FORCE": "0", "PY_COLORS": "0"}  # fmt: skip
    variables: Mapping[str, str] = {**own, **more}
    done = subprocess.run(
        [sys.executable, *words],
        cwd=folder, env=known.environment(variables), capture_output=True, text=True, check=False,
    )  # fmt: skip
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    wanted = re.compile(r"^(E  |FAILED|error|[\w/.]+:\d+:\d+:|\w*Error)|^\w+\d+ ")
    told = [line for line in lines if wanted.match(line)] or lines[-1:]
    _step(name, done.returncode == 0, "ok" if not done.returncode else "; ".join(told[:2]), say)


def _step(name: str, passed: bool, said: str, say: Callable[[str], None]) -> None:
    if not passed:
        raise PipelineError(f"{name}: {said}")
    say(f"✔ {name}: {said}")


def main() -> None:
    """The hook: arguments are the store, and what Git gives."""
    store, ref, _, new = sys.argv[1:]
    try:
        update(Path(store), ref, new)
    except PipelineError as error:
        print(f"✘ {error}")
        sys.exit(1)


if __name__ == "__main__":
    main()
