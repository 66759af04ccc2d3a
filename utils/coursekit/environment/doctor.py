"""``course doctor``: is everything in order on this machine, and if not, what to do."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from churn.spark import java as spark_java
from coursekit import paths
from coursekit.environment import install, offline, switches

#: Below this many free gigabytes the later lessons (Delta tables, Spark) may fill the disk.
ENOUGH_GB = 3.0
JUPYTER_PORT = 8888


@dataclass(frozen=True)
class Finding:
    """One line of the report.

    Attributes:
        ok: True if in order, False if something must be done, None for what is only optional.
        name: what was looked at.
        detail: what was found, and if that is not in order, what to do.
    """

    ok: bool | None
    name: str
    detail: str


def examine() -> Iterator[Finding]:
    """Look at everything, one finding after the other."""
    yield python_version()
    yield packages()
    yield kernelspec()
    yield telemetry()
    yield java()
    yield disk()
    yield from write_access()
    yield port()
    yield sandbox()
    yield ibm_table()


def python_version() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] == (3, 12):
        return Finding(True, "Python", found)
    return Finding(False, "Python", f"{found}, but the course is locked for 3.12: run `make lab`")


def packages() -> Finding:
    locked = locked_versions(paths.course_root() / "requirements" / "course.txt")
    wrong = []
    for name, version in locked.items():
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{name} is missing")
            continue
        if found != version:
            wrong.append(f"{name} is {found}, not {version}")
    if not wrong:
        return Finding(True, "Packages", f"all {len(locked)} as in the lock")
    more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
    return Finding(
        False, "Packages", f"{', '.join(wrong[:3])}{more}: delete .venv and run `make lab`"
    )


def locked_versions(lock: Path) -> dict[str, str]:
    """Name and version of each package that a lock file demands on this platform."""
    from packaging.requirements import Requirement

    lines = re.findall(r"^[a-zA-Z0-9].*?(?= \\$)", lock.read_text(), flags=re.MULTILINE)
    requirements = [Requirement(line) for line in lines]
    wanted = [r for r in requirements if r.marker is None or r.marker.evaluate()]
    return {r.name: next(iter(r.specifier)).version for r in wanted}


def kernelspec() -> Finding:
    path = install.kernelspec_path()
    remedy = "run `python -m coursekit.environment.install`"
    if not path.exists():
        return Finding(
            False, "Kernel", f"there is no kernelspec python3 in this environment: {remedy}"
        )
    spec = json.loads(path.read_text())
    if Path(spec["argv"][0]) != Path(sys.executable):
        return Finding(
            False, "Kernel", f"python3 starts another Python ({spec['argv'][0]}): {remedy}"
        )
    if spec.get("env") != switches.KERNEL:
        return Finding(False, "Kernel", f"python3 starts without the course's switches: {remedy}")
    return Finding(True, "Kernel", "python3 starts this environment with the course's switches")


def telemetry() -> Finding:
    # A clean environment: what counts is what a Python started from a terminal would see.
    bare = {k: v for k, v in os.environ.items() if k not in switches.TELEMETRY}
    probe = "import json, os; print(json.dumps(dict(os.environ)))"
    command = [sys.executable, "-c", probe]
    answer = subprocess.run(command, env=bare, capture_output=True, text=True, check=True)
    seen = json.loads(answer.stdout)
    missing = [name for name in switches.TELEMETRY if name not in seen]
    if missing:
        remedy = "run `python -m coursekit.environment.install`"
        return Finding(False, "Telemetry", f"not switched off: {', '.join(missing)}: {remedy}")
    differing = [n for n, v in switches.TELEMETRY.items() if os.environ.get(n, v) != v]
    if differing:
        return Finding(None, "Telemetry", f"off, but you have set {', '.join(differing)} yourself")
    return Finding(True, "Telemetry", f"off in every process ({len(switches.TELEMETRY)} switches)")


def java() -> Finding:
    try:
        home = spark_java.java_home(paths.cache_dir())
    except spark_java.JavaError as error:
        return Finding(False, "Java", str(error))
    return Finding(True, "Java", f"{spark_java.version(home)} for Spark")


def disk() -> Finding:
    free = shutil.disk_usage(paths.course_root()).free / 1e9
    if free < ENOUGH_GB:
        return Finding(
            False, "Disk", f"{free:.1f} GB free: make room, {ENOUGH_GB:.0f} GB are needed"
        )
    return Finding(True, "Disk", f"{free:.0f} GB free")


def write_access() -> Iterator[Finding]:
    for folder in (paths.workspaces(), paths.course_root() / "grading"):
        name = folder.name
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            yield Finding(
                False, "Write", f"{name}/ cannot be written ({error.strerror}): mend its rights"
            )
        else:
            yield Finding(True, "Write", f"{name}/ can be written")


def port() -> Finding:
    with socket.socket() as probe:
        # As servers do it: a port that was closed a moment ago counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", JUPYTER_PORT))
        except OSError:
            return Finding(
                None, "Port", f"{JUPYTER_PORT} is taken: JupyterLab will choose the next"
            )
    return Finding(True, "Port", f"{JUPYTER_PORT} is free for JupyterLab")


def sandbox() -> Finding:
    reason = offline.why_not()
    if reason:
        return Finding(None, "Sandbox", f"optional, for tests and grading: {reason}")
    return Finding(True, "Sandbox", "bubblewrap can cut the network")


def ibm_table() -> Finding:
    from churn import data

    if not os.environ.get(data.IBM_CSV):
        return Finding(
            None, "IBM table", f"optional: {data.IBM_CSV} is not set (see datasets/README.md)"
        )
    try:
        rows = len(data.load("ibm"))
    except (OSError, ValueError) as error:
        return Finding(False, "IBM table", str(error))
    return Finding(True, "IBM table", f"{rows:,} customers, hash as expected")
