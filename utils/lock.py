"""Resolve pyproject.toml again and rewrite the lock files: ``make lock``.

``requirements/course.txt`` holds the base, ``requirements/automl.txt`` Ludwig with everything it
needs. Both come out of one resolution, so that adding Ludwig never changes a base package. A tool that
cannot share them has a group of its own under ``[dependency-groups]``, and so a lock of its own in
``requirements/tools``; only PyTorch is the same everywhere, because one copy of it is enough on a disk.
The files carry hashes and no index address, and markers for Linux, macOS and Windows.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import tempfile
import tomllib
from pathlib import Path

from bootstrap import LOCKS, ROOT, UV, way_to_registry
from coursekit.environment import known, tools

HEADERS = {
    "course": "# The lock of the course, made by `make lock` from pyproject.toml.\n",
    "automl": "# Ludwig and PyTorch on top of course.txt, made by `make lock` from pyproject.toml.\n",
}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
#: PyTorch and what it is made of, with their versions, in a lock.
PYTORCH = re.compile(r"^(?:torch|triton|nvidia-[\w-]+|cuda-[\w-]+)==.*(?= \\$)", re.MULTILINE)
UNUSED = PROJECT["tool"]["uv"]["exclude-dependencies"]


def resolve(sources: list[str], constraints: Path | None, output: Path) -> None:
    """Resolve ``sources`` within ``constraints`` into a hashed lock file for Python 3.12."""
    limits = ["--constraints", str(constraints)] if constraints else []
    options = (
        "--universal --python-version 3.12 --generate-hashes --no-header --no-annotate --quiet"
    )
    # The owner's files are switched off, and with them the project's own table in pyproject.toml.
    settings = output.with_name("uv.toml")
    settings.write_text(f"exclude-dependencies = {json.dumps(UNUSED)}\n")
    own = {name: value for name, value in way_to_registry().items() if name != "UV_NO_CONFIG"}
    environment = known.environment(own, {"UV_CONFIG_FILE": str(settings)})
    command = [str(UV), "pip", "compile", *sources, *limits, *options.split(), "-o", str(output)]
    subprocess.run(command, check=True, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tools", action="store_true", help="only those in requirements/tools")
    only_tools = parser.parse_args().tools
    with tempfile.TemporaryDirectory() as folder:
        if not only_tools:
            lock_course(Path(folder))
        lock_tools(Path(folder))


def lock_course(scratch: Path) -> None:
    """The course's own locks, out of one resolution."""
    # A fresh file each time: uv keeps the pins of an output that is already there.
    everything, base, extra = (scratch / name for name in ("all.txt", "course.txt", "automl.txt"))
    extra_in = scratch / "automl.in"
    extra_in.write_text("\n".join(PROJECT["project"]["optional-dependencies"]["automl"]) + "\n")
    resolve(["pyproject.toml", "--extra", "automl"], None, everything)
    resolve(["pyproject.toml"], everything, base)
    resolve([str(extra_in)], everything, extra)
    for name, made in (("course", base), ("automl", extra)):
        write(LOCKS[name], HEADERS[name], made)


def lock_tools(scratch: Path) -> None:
    """The lock of each tool, with the PyTorch that stands in the course's lock."""
    pytorch = scratch / "pytorch.txt"
    pytorch.write_text("\n".join(PYTORCH.findall(LOCKS["automl"].read_text())) + "\n")
    for name in tools.TOOLS:
        wanted, made = scratch / f"{name}.in", scratch / f"{name}.txt"
        wanted.write_text("\n".join(PROJECT["dependency-groups"][name]) + "\n")
        resolve([str(wanted)], pytorch, made)
        header = (
            f"# {name} in an environment of its own, made by `make lock` from pyproject.toml.\n"
        )
        write(tools.lock(name, ROOT), header, made)


def write(lock: Path, header: str, made: Path) -> None:
    """Put what was resolved into the repository."""
    text = made.read_text()
    lock.parent.mkdir(exist_ok=True)
    lock.write_text(header + text)
    print(f"{lock.relative_to(ROOT)}: {text.count(' \\\n    --hash')} lines of hashes")


if __name__ == "__main__":
    main()
