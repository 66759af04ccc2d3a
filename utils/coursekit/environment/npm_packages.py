"""Packages of npm that the course uses: fetched once, then offline.

    python -m coursekit.environment.npm_packages onnxruntime-web   # make edge

Which version, and the hashes of its archive and of the files that are needed of it, stand in
``requirements/npm.json``; a lock file of npm's own would hold the address of a registry. Which
registry is asked, npm's settings say; what comes from it counts only if the hash is right. No script
of a package is run.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from coursekit import paths
from coursekit.environment import known

#: What npm would do beside fetching the archive.
_QUIET = {"npm_config_update_notifier": "false", "npm_config_ignore_scripts": "true"}


class NpmError(RuntimeError):
    """A package is not here, or not the one that it should be; with one sentence."""


@dataclass(frozen=True)
class Record:
    """Which package it is, as ``requirements/npm.json`` says.

    Attributes:
        made_by: the make target that fetches it.
        integrity: hash of the archive as npm writes it: ``sha512-`` and base64.
        sizes: bytes of each file that is needed, by its path in the package.
        sha256: their hashes, in hexadecimal.
    """

    name: str
    made_by: str
    version: str
    integrity: str
    sizes: Mapping[str, int]
    sha256: Mapping[str, str]


def record(name: str) -> Record:
    """What is recorded of a package.

    Raises:
        KeyError: for a package that the course does not use.
    """
    text = (paths.course_root() / "requirements" / "npm.json").read_text(encoding="utf-8")
    found = json.loads(text)[name]
    files = found["files"]
    return Record(
        name,
        found["made_by"],
        found["version"],
        found["integrity"],
        {file: files[file]["bytes"] for file in files},
        {file: files[file]["sha256"] for file in files},
    )


def folder(name: str) -> Path:
    """Where the files of a package stand once they have been fetched, without its folders."""
    wanted = record(name)
    return paths.cache_dir() / "npm" / f"{wanted.name}-{wanted.version}"


def why_not(name: str) -> str | None:
    """Why a package cannot be used here, or None where it can."""
    try:
        _check(folder(name), record(name))
    except NpmError as error:
        return str(error)
    return None


def copy_to(name: str, target: Path) -> None:
    """Copy the files of a package into a folder, which is made.

    Raises:
        NpmError: it has not been fetched, or a file has been changed since.
    """
    source, wanted = folder(name), record(name)
    _check(source, wanted)
    target.mkdir(parents=True, exist_ok=True)
    for path in wanted.sha256:
        shutil.copyfile(source / Path(path).name, target / Path(path).name)


def fetch(name: str) -> bool:
    """Fetch a package by ``npm pack``, unless it is here already.

    Returns:
        Whether it was fetched now.

    Raises:
        NpmError: there is no npm, npm cannot get the package, or its hash is wrong;
            nothing is left behind then.
    """
    if why_not(name) is None:
        return False
    npm, wanted, place = shutil.which("npm"), record(name), folder(name)
    if npm is None:
        raise NpmError("there is no npm: install your system's package of it")
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent) as scratch:
        command = [npm, "pack", f"{wanted.name}@{wanted.version}", "--pack-destination", scratch]
        done = subprocess.run(
            command,
            env=known.environment(_QUIET),
            cwd=scratch,
            text=True,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise NpmError(f"npm could not get {wanted.name}:\n{done.stderr.strip()}")
        (archive,) = Path(scratch).glob("*.tgz")
        unpack(archive, Path(scratch) / "files", wanted)
        if place.exists():
            shutil.rmtree(place)
        (Path(scratch) / "files").rename(place)
    return True


def unpack(archive: Path, target: Path, wanted: Record) -> None:
    """Take the files that are needed out of a package's archive.

    Raises:
        NpmError: the archive or a file in it is not the recorded one.
    """
    digest = hashlib.sha512(archive.read_bytes()).digest()
    if f"sha512-{base64.b64encode(digest).decode()}" != wanted.integrity:
        raise NpmError(
            f"what came as {wanted.name} {wanted.version} has another hash than recorded: not used"
        )
    target.mkdir()
    with tarfile.open(archive) as package:
        for path in wanted.sha256:
            member = package.extractfile(f"package/{path}")
            assert member is not None  # the archive's hash is right, so it is in there
            (target / Path(path).name).write_bytes(member.read())
    _check(target, wanted)


def _check(place: Path, wanted: Record) -> None:
    for path, sha256 in wanted.sha256.items():
        file = place / Path(path).name
        if not file.is_file():
            raise NpmError(f"{wanted.name} has not been fetched: `{wanted.made_by}` does it")
        if hashlib.sha256(file.read_bytes()).hexdigest() != sha256:
            raise NpmError(
                f"{file.name} is not the recorded one: `{wanted.made_by}` fetches it anew"
            )


def main() -> int:
    """Fetch the package that is named; returns 1, with a sentence, where that fails."""
    (name,) = sys.argv[1:]
    try:
        fetched = fetch(name)
    except NpmError as error:
        print(f"{name} could not be set up: {error}", file=sys.stderr)
        return 1
    if fetched:
        print(f"{name} is set up.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
