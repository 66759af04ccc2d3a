"""A federation on one machine: a Flower app over regions, in Flower's own Python, gone at the end."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from coursekit.environment import known, switches, tools

_GRID = Path(__file__).with_name("federation_grid.py")


class FederationError(RuntimeError):
    """The run of a Flower app failed; with the last of what it said."""


@dataclass(frozen=True)
class Sent:
    """One message.

    Attributes:
        number: in the order in which the server asked; question and answer have the same.
        way: ``"to"`` a region or ``"from"`` it.
        region: whom the server talked with.
        content: every byte of the message.
    """

    number: int
    way: str
    region: str
    content: bytes


def run_flower(
    app: Path, regions: Path, out: Path, settings: Mapping[str, int | float | str]
) -> list[Sent]:
    """Run ``app`` over ``regions``, one process each (see :mod:`coursekit.exercises.federation_grid`).

    Args:
        app: folder with ``server_app.py`` and ``client_app.py``; the settings are written beside them.
        regions: folder with one file a region.
        out: folder for the messages and for what the server app writes; emptied first.
        settings: the configuration of the run, which both apps find in their context; ``out`` is added.

    Returns:
        Every message, in the order in which they were sent.

    Raises:
        coursekit.environment.tools.ToolError: Flower's environment is not here.
        FederationError: the run failed, or left a process behind (which is ended).
    """
    python = tools.require("flower")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    configuration = json.dumps({**settings, "out": str(out)})
    (app / "settings.json").write_text(configuration, encoding="utf-8")
    command = [str(python), str(_GRID), str(app), str(regions), str(out)]
    # A session of its own, by which everything that it starts can be found.
    done = subprocess.Popen(
        command,
        env=known.environment(switches.KERNEL),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        said, _ = done.communicate()
    finally:
        left = end(done.pid)
    if done.returncode:
        raise FederationError(f"Flower's run failed:\n{said[-2000:].strip()}")
    if left:
        raise FederationError(f"Flower's run left {left} processes behind, which were ended")
    return [_sent(file) for file in sorted(out.glob("*.bin"), key=_order)]


def end(session: int) -> int:
    """End what is left of a session; returns how many processes that were."""
    left = 0
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) == session and process.status() != psutil.STATUS_ZOMBIE:
                process.send_signal(signal.SIGKILL)
                left += 1
        except (ProcessLookupError, PermissionError, psutil.Error):
            continue
    return left


def _order(file: Path) -> tuple[str, bool]:
    number, way, _ = file.stem.split("_", 2)
    return number, way == "from"


def _sent(file: Path) -> Sent:
    number, way, region = file.stem.split("_", 2)
    return Sent(int(number), way, region, file.read_bytes())
