"""Resolve pyproject.toml again and rewrite the lock files: ``make lock``.

``requirements/course.txt`` holds the base, ``requirements/automl.txt`` Ludwig with everything it
needs, ``requirements/serving.txt`` what the service's image installs. All come out of one resolution,
so that adding Ludwig never changes a base package, and what is served is what was tried. The files
carry hashes and no index address, and markers for Linux, macOS and Windows.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import tomllib
from pathlib import Path

from bootstrap import ROOT, UV, way_to_registry
from coursekit.environment import known

HEADERS = {
    "course": "# The lock of the course, made by `make lock` from pyproject.toml.\n",
    "automl": "# Ludwig and PyTorch on top of course.txt, made by `make lock` from pyproject.toml.\n",
    "serving": "# What the service's image installs, made by `make lock` from pyproject.toml.\n",
}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
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
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        # A fresh file each time: uv keeps the pins of an output that is already there.
        everything = scratch / "all.txt"
        resolve(["pyproject.toml", "--extra", "automl"], None, everything)
        for name, header in HEADERS.items():
            made, source = scratch / f"{name}.txt", "pyproject.toml"
            if name in EXTRAS:
                source = str(scratch / f"{name}.in")
                Path(source).write_text("\n".join(EXTRAS[name]) + "\n")
            resolve([source], everything, made)
            lock = ROOT / "requirements" / made.name
            lock.write_text(header + made.read_text())
            print(
                f"{lock.relative_to(ROOT)}: {made.read_text().count(' \\\n    --hash')} lines of hashes"
            )


if __name__ == "__main__":
    main()
