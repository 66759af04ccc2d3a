"""What a run that was killed leaves behind, and what becomes of it."""

import subprocess
import tempfile
from pathlib import Path

import pytest

from grader.isolation.files import scratch_folder

pytestmark = pytest.mark.needs("linux")


@pytest.fixture
def bwrap(tmp_path: Path) -> Path:
    """A program that goes by bubblewrap's name and waits for ever."""
    program = tmp_path / "bin" / "bwrap"
    program.parent.mkdir()
    program.symlink_to(Path("/usr/bin/tail").resolve())
    return program


def waiting(program: Path, folder: Path) -> subprocess.Popen[bytes]:
    (folder / "log").touch()
    return subprocess.Popen([str(program), "-f", str(folder / "log")], stdout=subprocess.DEVNULL)


def test_leftovers_go_with_the_processes_that_wait_there(
    tmp_path: Path, bwrap: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left, other = tmp_path / "ck-left", tmp_path / "other"
    for folder in (left, other):
        folder.mkdir()
    orphan, foreign = waiting(bwrap, left), waiting(bwrap, other)
    try:
        with scratch_folder("ck-") as own:
            assert own.is_dir()
            assert not left.exists()
            assert orphan.wait(300) == -9
            held = waiting(bwrap, own)
            with scratch_folder("ck-"):
                assert own.is_dir()
                assert held.poll() is None
            held.kill()
            held.wait()
        assert not own.exists()
        assert foreign.poll() is None
    finally:
        for process in (orphan, foreign):
            process.kill()
            process.wait()
