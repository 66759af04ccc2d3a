"""Set up the course's environment: ``python3 utils/bootstrap.py [--automl] [--here] [--tool NAME ...]``.

Needs nothing but a Python 3.9 or newer with ``venv``. It gets uv into a venv of its own (``.uv``),
finds Python 3.12 or lets uv fetch it, and installs exactly what the lock says into ``.venv``,
compiled, because imports of the large libraries are two to four times faster then. When all is up
to date it does nothing. ``make`` calls it before every target. With ``--here`` the packages go into
the environment of the Python that runs this: conda's or Binder's, of which nothing is removed. With
``--tool`` a tool that cannot share the lock gets an environment of its own, and nothing else is done.

Of the settings of the machine's owner only those count that say how to reach a package registry
(``coursekit.environment.registry``); where packages go is decided here.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from coursekit.environment import known, registry, tools

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
TOOL = ROOT / ".uv"
PYTHON = tools.python_in(VENV)
_TOOL_PYTHON = tools.python_in(TOOL)
UV = _TOOL_PYTHON.with_name("uv.exe" if os.name == "nt" else "uv")
STAMP = VENV / "course-stamp"
LOCKS = {"course": ROOT / "requirements/course.txt", "automl": ROOT / "requirements/automl.txt"}
#: Gigabytes that an installation takes, with its downloads: measured, rounded up.
NEEDS_GB = {"course": 6, "automl": 16}


class SetupError(Exception):
    """Something outside the project is in the way; the message says what to do about it."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--automl", action="store_true", help="add Ludwig and PyTorch (7 GB)")
    parser.add_argument("--here", action="store_true", help="into this Python's own environment")
    parser.add_argument("--tool", action="append", choices=tools.TOOLS, metavar="NAME", default=[],
                        help=f"make a tool's own environment: {', '.join(tools.TOOLS)}")  # fmt: skip
    arguments = parser.parse_args()
    # What is installed is there to be read, also by the account that a learner's code runs as when
    # root grades; the umask of the owner may say otherwise.
    os.umask(0o022)
    try:
        if arguments.tool:
            return max(ensure_tool(name) for name in arguments.tool)
        return (ensure_here if arguments.here else ensure)(automl=arguments.automl)
    except SetupError as error:
        print(f"\nThe course cannot be set up: {error}", file=sys.stderr)
        return 1


def ensure(automl: bool) -> int:
    """Bring ``.venv`` up to the lock; returns 0 at once when it is."""
    installed = STAMP.read_text().split() if STAMP.exists() else []
    # What was once added stays: a later `make lab` must not take Ludwig away again.
    wanted = ["course", "automl"] if automl or "automl" in installed else ["course"]
    fingerprint = _fingerprint(wanted)
    if installed == [*wanted, fingerprint] and PYTHON.exists():
        return 0
    _require_writable()
    what = "automl" if "automl" in wanted and "automl" not in installed else "course"
    # An update needs little, and uv says so if even that is missing.
    if what == "automl" or not PYTHON.exists():
        _require_disk(NEEDS_GB[what])
    print("Setting up the course (once; a few minutes, most of it downloads) ...", flush=True)
    _install_uv()
    _make_venv()
    STAMP.unlink(missing_ok=True)
    _install(PYTHON, VENV, "sync", *(str(LOCKS[name]) for name in wanted))
    STAMP.write_text(" ".join([*wanted, fingerprint]) + "\n")
    print("The course is set up.", flush=True)
    return 0


def ensure_tool(name: str) -> int:
    """Bring the environment of a tool up to its lock; returns 0 at once when it is."""
    if tools.up_to_date(name, ROOT):
        return 0
    prefix = tools.folder(name, ROOT)
    python, stamp = tools.python_in(prefix), tools.stamp(name, ROOT)
    _require_writable()
    if not python.exists():
        _require_disk(tools.TOOLS[name].gigabytes)
    print(f"Setting up {name} in an environment of its own (once) ...", flush=True)
    _install_uv()
    _make_venv(prefix)
    stamp.unlink(missing_ok=True)
    options = ["--python", str(python), "--require-hashes", str(tools.lock(name, ROOT))]
    _uv(f"installing {name}", "pip", "sync", *options, shown=True)
    if tools.TOOLS[name].module:
        _require_tool(python, prefix, tools.TOOLS[name].module)
    else:
        _run(f"trying {name}", [str(python.with_name(name)), "--version"])
    stamp.write_text(tools.fingerprint(name, ROOT) + "\n")
    print(f"{name} is set up.", flush=True)
    return 0


def ensure_here(automl: bool) -> int:
    """Bring the environment of the Python that runs this up to the lock."""
    conda = os.path.isdir(os.path.join(sys.prefix, "conda-meta"))
    if not conda and sys.prefix == sys.base_prefix:
        raise SetupError("this Python is the machine's own: activate an environment first.")
    if sys.version_info[:2] != (3, 12):
        raise SetupError(f"this environment has Python {sys.version.split()[0]}, not 3.12.")
    _require_writable()
    _install_uv()
    files = [
        f"--requirements={LOCKS[name]}" for name in (["course", "automl"] if automl else ["course"])
    ]
    # The lock has every package that is needed, without one that others name (pyproject.toml).
    _install(Path(sys.executable), Path(sys.prefix), "install", "--no-deps", *files)
    print("The course is set up.", flush=True)
    return 0


def _install(python: Path, prefix: Path, *how: str) -> None:
    """Packages, the course, and what it writes for Jupyter, into the environment ``prefix``."""
    verb, *rest = how
    into = ["--python", str(python)]
    options = [*into, "--require-hashes", "--compile-bytecode"]
    _uv("installing the packages", "pip", verb, *options, *rest, shown=True)
    options = [*into, "--no-deps", "--no-build-isolation"]
    _uv("installing the course", "pip", "install", *options, "-e", str(ROOT))
    _require_installed(python, prefix)
    _run("preparing Jupyter", [str(python), "-m", "coursekit.environment.install"])


def _fingerprint(wanted: list[str]) -> str:
    written_by = ("install", "switches", "known")
    parts = [ROOT / f"utils/coursekit/environment/{name}.py" for name in written_by]
    parts.append(ROOT / "pyproject.toml")
    parts += [LOCKS[name] for name in wanted]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.read_bytes())
    return digest.hexdigest()[:16]


def _require_disk(gigabytes: int) -> None:
    free = shutil.disk_usage(ROOT).free / 1e9
    if free < gigabytes:
        raise SetupError(
            f"it needs about {gigabytes} GB and the disk of {ROOT.name}/ has {free:.1f} GB free. "
            "Make room, or move the checkout to a larger disk."
        )


def _require_writable() -> None:
    try:
        with tempfile.TemporaryFile(dir=ROOT):
            pass
    except OSError as error:
        raise SetupError(
            f"nothing can be written into {ROOT} ({error.strerror}). Copy the folder to a place of "
            "your own, or mend its rights."
        ) from None


def _require_installed(python: Path, prefix: Path) -> None:
    """Whether the packages came into the environment: a part of each, as Python finds it."""
    probe = "import coursekit, jupyter_core as j; print(coursekit.__file__, j.__file__, sep='\\n')"
    places = _ask(python, probe, prefix)
    if places[0].is_relative_to(ROOT) and places[-1].is_relative_to(prefix.resolve()):
        return
    raise _came_elsewhere(prefix, f"Python finds {' and '.join(map(str, places))}")


def _require_tool(python: Path, prefix: Path, module: str) -> None:
    """Whether a tool can be imported from its environment.

    Importing it here compiles what it needs, a small part of all its files.
    """
    probe = f"import {module} as m; print(m.__file__)"
    (place,) = _ask(python, probe, prefix, {"PYTHONDONTWRITEBYTECODE": ""})
    if not place.is_relative_to(prefix.resolve()):
        raise _came_elsewhere(prefix, f"Python finds {place}")


def _ask(python: Path, probe: str, prefix: Path, *settings: dict[str, str]) -> list[Path]:
    """The files that a Python names, one a line."""
    done = subprocess.run(
        [str(python), "-c", probe],
        env=known.environment(*settings),
        cwd=ROOT,
        text=True,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise _came_elsewhere(prefix, done.stderr.strip())
    return [Path(line).resolve() for line in done.stdout.splitlines()]


def _came_elsewhere(prefix: Path, why: str) -> SetupError:
    return SetupError(f"the packages did not come into {prefix}. {why}")


def _install_uv() -> None:
    if not UV.exists():
        _run("making a venv for uv", [sys.executable, "-m", "venv", str(TOOL)])
    lock = str(ROOT / "requirements/uv.txt")
    command = [str(_TOOL_PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _run("installing uv", [*command, "--require-hashes", "-r", lock], way_to_registry())


def _make_venv(prefix: Path = VENV) -> None:
    python = tools.python_in(prefix)
    if python.exists():
        probe = "import sys; sys.exit(sys.version_info[:2] != (3, 12))"
        command = [str(python), "-c", probe]
        if subprocess.run(command, env=known.environment(), check=False).returncode == 0:
            return
        shutil.rmtree(prefix)
    try:
        _uv("finding Python 3.12", "venv", "--quiet", "--clear", "--python", "3.12", str(prefix))
    except SetupError as error:
        raise SetupError(
            "Python 3.12 is neither on this machine nor could it be downloaded. Install it "
            "(for example `sudo apt install python3.12 python3.12-venv`, `brew install python@3.12`, "
            "`pyenv install 3.12` or from python.org) and run the same command again.\n"
            f"What uv said: {error}"
        ) from None


@functools.cache
def way_to_registry() -> dict[str, str]:
    """The variables with which pip and uv reach a registry, and nothing else of the owner's."""
    try:
        found = registry.environment(str(_TOOL_PYTHON), str(ROOT), os.environ)
    except registry.SettingsError as error:
        raise SetupError(str(error)) from None
    # The machine's own certificates, as pip uses them: needed behind a company's proxy.
    return {"UV_SYSTEM_CERTS": "1", **found}


def _uv(step: str, *arguments: str, shown: bool = False) -> None:
    own = {"VIRTUAL_ENV": str(VENV), "UV_PYTHON_PREFERENCE": "system", **way_to_registry()}
    _run(step, [str(UV), *([] if shown else ["--quiet"]), *arguments], own, shown=shown)


def _run(
    step: str, command: list[str], settings: dict[str, str] | None = None, *, shown: bool = False
) -> None:
    """Run a step; what it says is ``shown`` as it comes, or only if the step fails."""
    environment = known.environment(settings or {})
    lines = []
    with subprocess.Popen(
        command,
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        assert process.stdout
        for line in process.stdout:
            lines.append(line)
            # Not the list of hundreds of packages with which uv ends.
            if shown and not line.startswith((" + ", " - ", " ~ ")):
                print(f"  {line.strip()}", flush=True)
    if process.returncode == 0:
        return
    said = "".join(lines).strip()
    if "No space left on device" in said or "os error 28" in said:
        raise SetupError(
            f"the disk became full while {step}. Make room and run the same command again."
        )
    if "ensurepip" in said:
        said += "\nOn Debian and Ubuntu: sudo apt install python3-venv"
    raise SetupError(f"{step} failed.\n{said}")


if __name__ == "__main__":
    sys.exit(main())
