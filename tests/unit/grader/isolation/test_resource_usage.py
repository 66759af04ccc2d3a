"""What processes use is read whatever their names, and a walk through folders follows no link."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.isolation import resource_usage
from idle_process import idle_process

linux = pytest.mark.needs("linux")


@linux
def test_usage_is_read_whatever_a_process_is_called() -> None:
    code = "import ctypes; ctypes.CDLL(None).prctl(15, b'\\x0bVmRSS:-9', 0, 0, 0); "
    with idle_process(
        code + "print(flush=True); sum(range(10**7)); print(flush=True); input()"
    ) as it:
        pids = [it.pid]
        assert resource_usage.resident(pids) > 1 << 20
        assert resource_usage.proportional(pids) > 1 << 20
        assert it.stdout is not None
        it.stdout.readline()
        ((pid, _),) = resource_usage.times(pids)
        assert pid == it.pid
        assert sum(spent.own for spent in resource_usage.times(pids).values()) > 0.01
    assert resource_usage.resident(pids) == resource_usage.proportional(pids) == 0
    assert resource_usage.times(pids) == {}


@linux
def test_a_walk_follows_no_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "s" / "d").mkdir(parents=True)
    (tmp_path / "host").mkdir()
    (tmp_path / "host" / "secret").touch()
    really = os.stat

    def swapped(path: str, **more: object) -> os.stat_result:
        state = really(path, **more)  # type: ignore[arg-type]
        if path == "d":
            (tmp_path / "s" / "d").rmdir()
            (tmp_path / "s" / "d").symlink_to(tmp_path / "host")
        return state

    monkeypatch.setattr(os, "stat", swapped)
    assert len(list(resource_usage.entries(tmp_path / "s"))) == 1
