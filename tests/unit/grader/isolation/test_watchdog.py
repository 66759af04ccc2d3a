"""Which processes the watchdog counts."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from grader.isolation import watchdog

PARENT = """
import os, subprocess, sys, threading
def of_a_thread():
    print(subprocess.Popen([sys.executable, "-c", "input()"]).pid)
thread = threading.Thread(target=of_a_thread); thread.start(); thread.join()
print(subprocess.Popen(["sleep", "60"], start_new_session=True).pid, flush=True)
input()
"""


@pytest.mark.parametrize("listed", [True, False])
def test_all_that_a_process_started_counts(listed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not listed:  # as where the kernel was built without lists of children

        def scandir(folder: str) -> None:
            raise FileNotFoundError(folder)

        monkeypatch.setattr(os, "scandir", scandir)
    command = [sys.executable, "-c", PARENT]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        children = [int(parent.stdout.readline()) for _ in range(2)]
        try:
            assert sorted(watchdog._numbers(parent.pid)) == sorted([parent.pid, *children])
        finally:
            for child in children:
                os.kill(child, 9)
            parent.kill()
    assert watchdog._numbers(parent.pid) == []
