"""Set up the course's environment: ``python3 utils/bootstrap.py [--automl]``.

Needs nothing but a Python 3.9 or newer with ``venv``. It gets uv into a venv of its own (``.uv``),
finds Python 3.12 or lets uv fetch it, and installs exactly what the lock says into ``.venv``,
compiled, because imports of the large libraries are two to four times faster then. When all is up
to date it does nothing. ``make`` calls it before every target.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
TOOL = ROOT / ".uv"
BIN = "Scripts" if os.name == "nt" else "bin"
UV = TOOL / BIN / ("uv.exe" if os.name == "nt" else "uv")
PYTHON = VENV / BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / "course-stamp"
LOCKS = {"course": ROOT / "requirements/course.txt", "automl": ROOT / "requirements/automl.txt"}
#: Gigabytes that an installation takes, with its downloads: measured, rounded up.
NEEDS_GB = {"course": 6, "automl": 16}


class SetupError(Exception):
    """Something outside the project is in the way; the message says what to do about it."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--automl", action="store_true", help="add Ludwig and PyTorch (7 GB)")
    arguments = parser.parse_args()
    try:
        return ensure(automl=arguments.automl)
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
    _require_disk("automl" if "automl" in wanted and "automl" not in installed else "course")
    print("Setting up the course (once; a few minutes, most of it downloads) ...", flush=True)
    _install_uv()
    _make_venv()
    STAMP.unlink(missing_ok=True)
    locks = [str(LOCKS[name]) for name in wanted]
    _uv("installing the packages", "pip", "sync", "--require-hashes", "--compile-bytecode", *locks)
    _uv(
        "installing the course",
        "pip",
        "install",
        "--no-deps",
        "--no-build-isolation",
        "-e",
        str(ROOT),
    )
    _run("preparing Jupyter", [str(PYTHON), "-m", "coursekit.environment.install"])
    STAMP.write_text(" ".join([*wanted, fingerprint]) + "\n")
    print("The course is set up.", flush=True)
    return 0


def _fingerprint(wanted: list[str]) -> str:
    parts = [
        ROOT / "pyproject.toml",
        ROOT / "utils/coursekit/environment/install.py",
        ROOT / "utils/coursekit/environment/switches.py",
    ]
    parts += [LOCKS[name] for name in wanted]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.read_bytes())
    return digest.hexdigest()[:16]


def _require_disk(what: str) -> None:
    free = shutil.disk_usage(ROOT).free / 1e9
    if PYTHON.exists() and what == "course":
        return  # an update needs little, and uv says so if even that is missing
    if free < NEEDS_GB[what]:
        raise SetupError(
            f"it needs about {NEEDS_GB[what]} GB and the disk of {ROOT.name}/ has {free:.1f} GB free. "
            "Make room, or move the checkout to a larger disk."
        )


def _install_uv() -> None:
    if not UV.exists():
        _run("making a venv for uv", [sys.executable, "-m", "venv", str(TOOL)])
    tool_python = str(TOOL / BIN / PYTHON.name)
    lock = str(ROOT / "requirements/uv.txt")
    command = [tool_python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _run("installing uv", [*command, "--require-hashes", "-r", lock])


def _make_venv() -> None:
    if PYTHON.exists():
        probe = "import sys; sys.exit(sys.version_info[:2] != (3, 12))"
        if subprocess.run([str(PYTHON), "-c", probe], check=False).returncode == 0:
            return
        shutil.rmtree(VENV)
    try:
        _uv("finding Python 3.12", "venv", "--quiet", "--clear", "--python", "3.12", str(VENV))
    except SetupError as error:
        raise SetupError(
            "Python 3.12 is neither on this machine nor could it be downloaded. Install it "
            "(for example `sudo apt install python3.12 python3.12-venv`, `brew install python@3.12`, "
            "`pyenv install 3.12` or from python.org) and run the same command again.\n"
            f"What uv said: {error}"
        ) from None


def _uv(step: str, *arguments: str) -> None:
    environment = dict(os.environ, VIRTUAL_ENV=str(VENV), UV_PYTHON_PREFERENCE="system")
    # The machine's own certificates, as pip uses them: needed behind a company's proxy.
    environment.setdefault("UV_SYSTEM_CERTS", "1")
    _run(step, [str(UV), "--quiet", *arguments], environment)


def _run(step: str, command: list[str], environment: dict[str, str] | None = None) -> None:
    done = subprocess.run(
        command, env=environment, cwd=ROOT, text=True, capture_output=True, check=False
    )
    if done.returncode == 0:
        return
    said = (done.stderr or done.stdout).strip()
    if "No space left on device" in said or "os error 28" in said:
        raise SetupError(
            f"the disk became full while {step}. Make room and run the same command again."
        )
    if "ensurepip" in said:
        said += "\nOn Debian and Ubuntu: sudo apt install python3-venv"
    raise SetupError(f"{step} failed.\n{said}")


if __name__ == "__main__":
    sys.exit(main())
