"""The bubblewrap command that a learner's kernel runs under.

Inside there is no network but an own loopback, no process but its own, the system and the course's
packages to read, and one folder to write to. Of the course folder only the packages that lessons and tests use are there:
no solutions, no tests, no gradebook, no other submission. System calls that open ways around all
this are filtered (:mod:`grader.forking.seccomp`).
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from churn.data import IBM_CSV
from coursekit.environment import known, mlflow_store, switches
from coursekit.paths import course_root
from grader.forking import seccomp
from grader.isolation.files import scratch_folder

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SETTINGS = ("alternatives", "ssl", "fonts", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "java-*")
#: Folders in the kernel's home: where the notebook runs, what stands for the course, workspaces.
WORK, COURSE, WORKSPACE = "work", "course", "workspace"
_PACKAGES = ("grader", "coursekit", "churn")
#: The names of the sandbox itself: Spark and Dask ask for the address of the machine they run on.
_HOSTS = Path(__file__).with_name("hosts")
_REMEDY = (
    "Install bubblewrap (on Linux or in WSL: `apt install bubblewrap`), or grade with "
    "`--unsafe-no-sandbox` if you trust every learner: their code then runs as you."
)
_OWN = tuple(map(Path, ("/", "/tmp", "/dev", "/proc")))
# What bubblewrap must leave to setpriv, which then drops everything.
_KEPT = ("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP")
_FILTERED = (sys.executable, "-I", "-S", seccomp.__file__)
# Far from any real account; each sandbox has an account of its own when root grades.
_FIRST_UID, _UIDS = 1_000_000, 60_000


@dataclass(frozen=True)
class Limits:
    """What one notebook may use.

    Attributes:
        cell_seconds: time of one cell; like the next two without what it waits for a processor.
        notebook_seconds: time of all cells together.
        call_seconds: time of one call that a test makes.
        cpu_seconds: processor time of one process.
        memory: bytes, all processes together.
        processes: processes and threads.
        file_size: bytes of one file.
        disk: bytes of all files.
        files: number of all files.
        output: bytes of what one cell prints and shows.
        open_files: files that one process has open.
    """

    cell_seconds: float = 60.0
    notebook_seconds: float = 600.0
    call_seconds: float = 30.0
    cpu_seconds: int = 1200
    memory: int = 3 * 2**30
    processes: int = 256
    file_size: int = 512 * 2**20
    disk: int = 1024 * 2**20
    files: int = 20_000
    output: int = 1_000_000
    open_files: int = 1024

    def rlimits(self) -> dict[str, int]:
        """What the system itself limits for each process, by the name of the constant."""
        return {
            "RLIMIT_CPU": self.cpu_seconds,
            "RLIMIT_DATA": self.memory,
            "RLIMIT_NPROC": self.processes,
            "RLIMIT_FSIZE": self.file_size,
            "RLIMIT_NOFILE": self.open_files,
            "RLIMIT_CORE": 0,
        }


@dataclass(frozen=True)
class Sandbox:
    """Where a learner's kernel lives.

    Attributes:
        scratch: the folder on this machine that the kernel can write to.
        home: the absolute path under which the kernel sees that folder.
        sockets: the folder of the kernel's connection, at the same path inside and outside.
        uid: the account that it runs as when root grades; ignored otherwise.
    """

    scratch: Path
    home: Path
    sockets: Path
    limits: Limits = field(default_factory=Limits)
    uid: int = field(default_factory=lambda: _FIRST_UID + os.getpid() % _UIDS)

    def command(self, argv: list[str], folder: str = ".") -> list[str]:
        """``argv`` in the sandbox, with ``folder`` of the home folder as working directory."""
        root = os.getuid() == 0
        return [
            # The environment of bubblewrap's own process can be read inside.
            *("env", "-i", f"PATH={os.environ.get('PATH', os.defpath)}"),
            *prlimit(self.limits.rlimits()),
            *("bwrap", "--die-with-parent", "--new-session", "--hostname", "sandbox"),
            *("--unshare-net", "--unshare-pid", "--unshare-ipc", "--unshare-uts"),
            "--unshare-cgroup-try",
            *(_KEPT if root else ("--unshare-user", "--disable-userns")),
            *self.folders(),
            "--clearenv",
            *(part for item in self.environment().items() for part in ("--setenv", *item)),
            *("--chdir", str(self.home / folder), "--"),
            *(_without_privileges(self.uid) if root else ()),
            *(_FILTERED if seccomp.available() else ()),
            *argv,
        ]

    def environment(self) -> dict[str, str]:
        """The whole environment of the kernel: nothing of the grader's own gets in."""
        path = [Path(sys.prefix) / "bin", "/usr/local/bin", "/usr/bin", "/bin"]
        environment = switches.KERNEL | {
            "HOME": str(self.home),
            "TMPDIR": "/tmp",
            "PATH": os.pathsep.join(map(str, path)),
            "LANG": "C.UTF-8",
            "USER": "learner",
            "LOGNAME": "learner",
            "PYTHONPATH": python_path(),
            "COURSE_ROOT": str(self.home / COURSE),
            "COURSE_WORKSPACE": str(self.home / WORKSPACE),
        }
        table = os.environ.get(IBM_CSV)
        return environment | ({IBM_CSV: str(Path(table).absolute())} if table else {})

    def folders(self) -> list[str]:
        """The options of bubblewrap for what is to be seen and where one can write."""
        arguments = ["--proc", "/proc", "--dev", "/dev"]
        for folder in ("/dev/shm", "/tmp"):
            size = str(self.limits.file_size)
            arguments += ["--perms", "1777", "--size", size, "--tmpfs", folder]
        shown = [(path, path) for path in _read_only()] + [(_HOSTS, Path("/etc/hosts"))]
        shown += [(real, self.home / COURSE / name) for name, real in shared().items()]
        writable = [(self.scratch, self.home), (self.sockets, self.sockets)]
        binds = [("--bind", *pair) for pair in writable] + [("--ro-bind", *pair) for pair in shown]
        parents = {parent for _, _, place in binds for parent in place.parents}
        for parent in sorted(parents - set(_OWN), key=lambda path: len(path.parts)):
            arguments += ["--perms", "0755", "--dir", str(parent)]
        for path in map(Path, _SYSTEM):
            if path.is_symlink():
                arguments += ["--symlink", os.readlink(path), str(path)]
            elif path.is_dir():
                arguments += ["--ro-bind", str(path), str(path)]
        for option, source, place in binds:
            arguments += [option, str(source.resolve()), str(place)]
        return [*arguments, "--remount-ro", "/"]


def prlimit(rlimits: Mapping[str, int]) -> list[str]:
    """The words before a command that runs under these limits; none where they cannot be set."""
    if shutil.which("prlimit") is None:
        return []
    names = {name: name.removeprefix("RLIMIT_").lower() for name in rlimits}
    return ["prlimit", *(f"--{names[name]}={value}" for name, value in rlimits.items())]


def why_not() -> str | None:
    """Why no sandbox can be made on this machine, as a sentence with the remedy; None if it can."""
    if sys.platform != "linux":
        return f"A sandbox needs Linux. {_REMEDY}"
    missing = [name for name in ("bwrap", "prlimit", "setpriv") if shutil.which(name) is None]
    if missing:
        return f"There is no {' and no '.join(missing)} on this machine. {_REMEDY}"
    problem = _try_out()
    return f"bubblewrap does not work here ({problem}). {_REMEDY}" if problem else None


@cache
def _try_out() -> str:
    with scratch_folder("ck-") as path:
        path.chmod(0o755)
        argv = Sandbox(path, path, path).command(["true"])
        done = subprocess.run(
            argv, env=known.environment(), capture_output=True, text=True, check=False
        )
    return "" if done.returncode == 0 else (done.stderr.strip() or f"code {done.returncode}")


def _without_privileges(uid: int) -> list[str]:
    """Give up root for good, after the folders are in place."""
    return [
        *("setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups"),
        *("--inh-caps=-all", "--bounding-set=-all", "--no-new-privs", "--"),
    ]


def python_path() -> str:
    """PYTHONPATH that finds the course's packages and nothing beside them."""
    return os.pathsep.join(dict.fromkeys(str(path.parent) for path in _packages()))


def _packages() -> list[Path]:
    found = [importlib.util.find_spec(name) for name in _PACKAGES]
    return [Path(spec.origin).parent for spec in found if spec is not None and spec.origin]


def _read_only() -> list[Path]:
    """What the kernel can read beside the system: settings, Python, the packages, IBM's table."""
    settings = [path for name in _SETTINGS for path in Path("/etc").glob(name)]
    python = [Path(sys.base_prefix), Path(sys.prefix), Path(sys.prefix).resolve()]
    table = os.environ.get(IBM_CSV)
    files = [Path(table).absolute()] if table and Path(table).is_file() else []
    found = dict.fromkeys([*settings, *python, *_packages(), *files])
    return [path for path in found if not any(path.is_relative_to(top) for top in _SYSTEM)]


def shared() -> dict[str, Path]:
    """What the kernel sees of the course folder, by its path there: data sets, empty MLflow store.

    Without a store that it can read, the kernel makes its own, in a folder of its own.
    """
    try:
        root = course_root()
    except FileNotFoundError:
        return {}
    found = {"datasets": root / "datasets"} if (root / "datasets").is_dir() else {}
    template = root / ".course" / mlflow_store.NAME
    if template.is_file() and template.stat().st_mode & stat.S_IROTH:
        found[f".course/{template.name}"] = template
    return found
