"""A package of npm counts only if its hashes are right; npm itself is replaced here."""

import base64
import hashlib
import io
import json
import os
import tarfile
from pathlib import Path

import pytest

from coursekit import paths
from coursekit.environment import npm_packages
from coursekit.environment.npm_packages import NpmError

FILES = {"one.mjs": b"export default 1", "one.wasm": bytes(range(256))}


def archive(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as package:
        for name, content in {**files, "not-needed.js": b""}.items():
            member = tarfile.TarInfo(f"package/dist/{name}")
            member.size = len(content)
            package.addfile(member, io.BytesIO(content))
    return made.getvalue()


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What npm fetches: a course with its record, and an `npm` that copies this file."""
    content = archive(FILES)
    (tmp_path / "modules").mkdir()
    (tmp_path / "nbgrader_config.py").touch()
    (tmp_path / "requirements").mkdir()
    digest = base64.b64encode(hashlib.sha512(content).digest()).decode()
    files = {
        f"dist/{name}": {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in FILES.items()
    }
    record = {
        "version": "1.0",
        "made_by": "make web",
        "integrity": f"sha512-{digest}",
        "files": files,
    }
    (tmp_path / "requirements/npm.json").write_text(json.dumps({"web": record}))
    (tmp_path / "web.tgz").write_bytes(content)
    npm = tmp_path / "bin/npm"
    npm.parent.mkdir()
    npm.write_text(f'#!/bin/sh\ntest "$2" = web@1.0 && cp "{tmp_path}/web.tgz" "$4/web-1.0.tgz"\n')
    npm.chmod(0o755)
    monkeypatch.setenv("COURSE_ROOT", str(tmp_path))
    monkeypatch.setenv("PATH", f"{npm.parent}{os.pathsep}/usr/bin{os.pathsep}/bin")
    return tmp_path / "web.tgz"


@pytest.mark.needs("posix")
def test_it_is_fetched_once_and_copied(package: Path, tmp_path: Path) -> None:
    assert "make web" in str(npm_packages.why_not("web"))
    with pytest.raises(NpmError, match="make web"):
        npm_packages.copy_to("web", tmp_path / "page")
    assert npm_packages.fetch("web")
    package.unlink()  # a second fetch would fail
    assert not npm_packages.fetch("web")
    npm_packages.copy_to("web", tmp_path / "page/runtime")
    found = {file.name: file.read_bytes() for file in (tmp_path / "page/runtime").iterdir()}
    assert found == FILES


@pytest.mark.needs("posix")
def test_another_package_under_the_same_name_is_not_used(package: Path) -> None:
    package.write_bytes(archive({**FILES, "one.mjs": b"export default 2"}))
    with pytest.raises(NpmError, match="another hash"):
        npm_packages.fetch("web")
    assert npm_packages.why_not("web") is not None
    assert list((package.parent / ".course/npm").iterdir()) == []


@pytest.mark.needs("posix")
def test_a_file_changed_afterwards_is_noticed_and_fetched_anew(package: Path) -> None:
    npm_packages.fetch("web")
    (npm_packages.folder("web") / "one.wasm").write_bytes(b"")
    assert "one.wasm is not the recorded one" in str(npm_packages.why_not("web"))
    assert npm_packages.fetch("web")
    assert npm_packages.why_not("web") is None


@pytest.mark.needs("posix")
def test_it_says_why_npm_failed(
    package: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    package.unlink()
    monkeypatch.setattr("sys.argv", ["npm_packages", "web"])
    assert npm_packages.main() == 1
    assert "web.tgz" in capsys.readouterr().err
    monkeypatch.setenv("PATH", str(package.parent))
    with pytest.raises(NpmError, match="no npm"):
        npm_packages.fetch("web")


def test_the_records_name_no_registry() -> None:
    text = (paths.course_root() / "requirements/npm.json").read_text()
    assert "://" not in text
    for name in json.loads(text):
        assert npm_packages.record(name).integrity.startswith("sha512-")
