"""``course doctor``: is everything in order on this machine, and if not, what to do."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import socket
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from churn.spark import java as spark_java
from coursekit import paths
from coursekit.environment import install, known, offline, switches

#: Below this many free gigabytes the later lessons (Delta tables, Spark) may fill the disk.
ENOUGH_GB = 3.0
JUPYTER_PORT = 8888
#: Modules whose places are looked at: the course's own, and some that other copies are often had of.
OURS = ("churn", "coursekit", "grader", "coursecli")
THEIRS = ("IPython", "mlflow", "sklearn", "pandas", "numpy", "dvc", "feast", "nbgrader", "yaml")
_ORIGINS = """
import importlib.util, itertools, json
found = {name: importlib.util.find_spec(name) for name in itertools.chain(*%s)}
print(json.dumps({name: spec and spec.origin for name, spec in found.items()}))
"""


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
    """Look at everything, one finding after the other; no check that fails ends it."""
    for name, check in CHECKS:
        try:
            yield check()
        except Exception as error:
            said = f"{type(error).__name__}: {error}".splitlines()[0]
            yield Finding(False, name, f"this could not be examined ({said})")


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


def origin() -> Finding:
    """Where a kernel really takes the modules from."""
    found = json.loads(_ask_a_child(_ORIGINS % repr((OURS, THEIRS)), switches.KERNEL))
    here, prefix = paths.course_root() / "utils", Path(sys.prefix).resolve()
    wrong = [
        f"{name} comes from {place or 'nowhere'}"
        for name, place in found.items()
        if not place or not Path(place).resolve().is_relative_to(here if name in OURS else prefix)
    ]
    if wrong:
        return Finding(
            False,
            "Packages",
            f"{'; '.join(wrong)}. The course's are in {here}, all others in {prefix}: take away "
            "what stands before them, or delete .venv and run `make lab`",
        )
    return Finding(True, "Packages", f"the course's come from {here}, the others from {prefix}")


def _ask_a_child(code: str, *settings: Mapping[str, str]) -> str:
    """What a new Python of this environment prints."""
    command = [sys.executable, "-c", code]
    environment = known.environment(*settings)
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return answer.stdout


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
    if spec.get("env") != install.kernel_environment():
        return Finding(False, "Kernel", f"python3 starts without the course's switches: {remedy}")
    return Finding(True, "Kernel", "python3 starts this environment with the course's switches")


def owners_settings() -> Finding:
    kept_out = os.environ.get(known.KEPT_OUT, "").split()
    said = ", ".join(kept_out) if kept_out else "none found"
    return Finding(True, "Kernel", f"settings of yours for other work, which stay outside: {said}")


def telemetry() -> Finding:
    # A clean environment: what counts is what a Python started from a terminal would see.
    bare = {k: v for k, v in known.environment().items() if k not in switches.TELEMETRY}
    command = [sys.executable, "-c", "import json, os; print(json.dumps(dict(os.environ)))"]
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


def workspaces_writable() -> Finding:
    try:
        folder = paths.workspaces()
    except PermissionError as error:
        return Finding(False, "Write", str(error))
    return write_access(folder)


def grading_writable() -> Finding:
    return write_access(paths.course_root() / "grading")


def write_access(folder: Path) -> Finding:
    name = folder.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return Finding(
            False, "Write", f"{name}/ cannot be written ({error.strerror}): mend its rights"
        )
    return Finding(True, "Write", f"{name}/ can be written")


def databases() -> Finding:
    """SQLite's locks, which some file systems of a network do not have; MLflow needs them."""
    try:
        workspaces = paths.workspaces()
    except PermissionError:  # said by what looks at the folder
        return Finding(None, "Write", "no database was tried, where nothing can be written")
    with tempfile.TemporaryDirectory(dir=workspaces, prefix="doctor-") as folder:
        try:
            with closing(sqlite3.connect(Path(folder) / "Übung.db")) as store, store:
                store.execute("create table numbers (n)")
        except sqlite3.Error as error:
            return Finding(
                False,
                "Write",
                f"no database can be made in workspace/ ({error}): move the course to a local disk",
            )
    return Finding(True, "Write", "databases can be made in workspace/")


def temporary_files() -> Finding:
    folder = tempfile.gettempdir()
    if os.name == "posix" and not known.fit_for_sockets(folder):
        return Finding(
            False,
            "Write",
            f"the path for temporary files, {folder}, is longer than {known.LONGEST_TEMPORARY} bytes, "
            "not ASCII, or not writable: set TMPDIR=/tmp",
        )
    return Finding(True, "Write", "temporary files have a path that every tool can use")


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
    if os.name == "posix" and os.geteuid() == 0 and (hidden := _hidden_from_others()):
        return Finding(
            False,
            "Sandbox",
            "when root grades, the account that learners' code gets cannot read the course: run "
            f"`chmod -R a+rX {shlex.join(hidden)}`",
        )
    return Finding(True, "Sandbox", "bubblewrap can cut the network")


def _hidden_from_others() -> list[str]:
    """Folders of the course that only their owner can enter, as a umask of 077 makes them."""
    root = paths.course_root()
    folders = (Path(sys.prefix), *(root / "utils" / name for name in OURS), root / "datasets")
    return [str(folder) for folder in folders if not folder.stat().st_mode & stat.S_IXOTH]


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


#: What is examined, by the name under which it is reported.
CHECKS: list[tuple[str, Callable[[], Finding]]] = [
    ("Python", python_version),
    ("Packages", packages),
    ("Packages", origin),
    ("Kernel", kernelspec),
    ("Kernel", owners_settings),
    ("Telemetry", telemetry),
    ("Java", java),
    ("Disk", disk),
    ("Write", workspaces_writable),
    ("Write", grading_writable),
    ("Write", databases),
    ("Write", temporary_files),
    ("Port", port),
    ("Sandbox", sandbox),
    ("IBM table", ibm_table),
]
