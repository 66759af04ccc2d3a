"""ONNX Runtime for the browser: fetched once, then offline.

    python -m coursekit.environment.browser_runtime   # make edge

The npm package ``onnxruntime-web`` holds ONNX Runtime compiled to WebAssembly. Which version, and
the hashes of its archive and of the files that a page needs, stand in ``requirements/npm.json``; a
lock file of npm's own would hold the address of a registry. Which registry is asked, npm's settings
say; what comes from it counts only if the hash is right.
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


class BrowserRuntimeError(RuntimeError):
    """The runtime is not here, or not the one that it should be; with one sentence."""


@dataclass(frozen=True)
class Record:
    """Which package it is, as ``requirements/npm.json`` says.

    Attributes:
        integrity: hash of the archive as npm writes it: ``sha512-`` and base64.
        sizes: bytes of each file that a page needs, by its name.
        sha256: their hashes, in hexadecimal.
    """

    name: str
    version: str
    integrity: str
    sizes: Mapping[str, int]
    sha256: Mapping[str, str]


def record() -> Record:
    """What is recorded of the package."""
    text = (paths.course_root() / "requirements" / "npm.json").read_text(encoding="utf-8")
    found = json.loads(text)
    files = found["files"]
    return Record(
        found["name"],
        found["version"],
        found["integrity"],
        {name: files[name]["bytes"] for name in files},
        {name: files[name]["sha256"] for name in files},
    )


def folder() -> Path:
    """Where the files stand once they have been fetched."""
    wanted = record()
    return paths.cache_dir() / "npm" / f"{wanted.name}-{wanted.version}"


def why_not() -> str | None:
    """Why there is no runtime to use here, or None where there is one."""
    try:
        _check(folder(), record())
    except BrowserRuntimeError as error:
        return str(error)
    return None


def copy_to(target: Path) -> None:
    """Copy the runtime's files into a folder, which is made.

    Raises:
        BrowserRuntimeError: it has not been fetched, or a file has been changed since.
    """
    source, wanted = folder(), record()
    _check(source, wanted)
    target.mkdir(parents=True, exist_ok=True)
    for name in wanted.sha256:
        shutil.copyfile(source / name, target / name)


def fetch() -> bool:
    """Fetch the package by ``npm pack``, unless it is here already.

    Returns:
        Whether it was fetched now.

    Raises:
        BrowserRuntimeError: there is no npm, npm cannot get the package, or its hash is wrong;
            nothing is left behind then.
    """
    if why_not() is None:
        return False
    npm, wanted, place = shutil.which("npm"), record(), folder()
    if npm is None:
        raise BrowserRuntimeError("there is no npm: install your system's package of it")
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
            raise BrowserRuntimeError(f"npm could not get {wanted.name}:\n{done.stderr.strip()}")
        (archive,) = Path(scratch).glob("*.tgz")
        unpack(archive, Path(scratch) / "files", wanted)
        if place.exists():
            shutil.rmtree(place)
        (Path(scratch) / "files").rename(place)
    return True


def unpack(archive: Path, target: Path, wanted: Record) -> None:
    """Take the files that a page needs out of the package's archive.

    Raises:
        BrowserRuntimeError: the archive or a file in it is not the recorded one.
    """
    digest = hashlib.sha512(archive.read_bytes()).digest()
    if f"sha512-{base64.b64encode(digest).decode()}" != wanted.integrity:
        raise BrowserRuntimeError(
            f"what came as {wanted.name} {wanted.version} has another hash than recorded: not used"
        )
    target.mkdir()
    with tarfile.open(archive) as package:
        for name in wanted.sha256:
            member = package.extractfile(f"package/dist/{name}")
            assert member is not None  # the archive's hash is right, so it is in there
            (target / name).write_bytes(member.read())
    _check(target, wanted)


def _check(place: Path, wanted: Record) -> None:
    for name, sha256 in wanted.sha256.items():
        file = place / name
        if not file.is_file():
            raise BrowserRuntimeError(f"{wanted.name} has not been fetched: `make edge` does it")
        if hashlib.sha256(file.read_bytes()).hexdigest() != sha256:
            raise BrowserRuntimeError(
                f"{name} is not the recorded one: `make edge` fetches it anew"
            )


def main() -> int:
    try:
        fetched = fetch()
    except BrowserRuntimeError as error:
        print(f"The browser's ONNX Runtime could not be set up: {error}", file=sys.stderr)
        return 1
    if fetched:
        print("The browser's ONNX Runtime is set up.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
