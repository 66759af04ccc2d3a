"""Tiles of JupyterLab's launcher, started on demand by jupyter-server-proxy.

Named in pyproject.toml under the entry points ``jupyter_serverproxy_servers``.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from coursekit import mlflow_store, paths


def mlflow() -> dict[str, Any]:
    """The MLflow UI on the store that was used last (see :func:`newest_store`)."""
    return {
        "command": [
            sys.executable,
            "-m",
            "coursekit.tiles",
            "mlflow",
            "{port}",
            "{base_url}mlflow",
        ],
        # MLflow wants to know the prefix under which it is seen, so the path is passed on whole.
        "absolute_url": True,
        "timeout": 120,
        "launcher_entry": {
            "title": "MLflow",
            "icon_path": str(Path(__file__).with_name("mlflow.svg")),
        },
    }


def newest_store(root: Path | None = None) -> str:
    """URI of the MLflow store below ``workspace/`` that was written last; an empty one if none is."""
    folder = root or Path(os.environ.get("COURSE_WORKSPACE", paths.course_root() / "workspace"))
    stores = sorted(folder.rglob("mlflow.db"), key=lambda path: path.stat().st_mtime)
    store = stores[-1] if stores else paths.cache_dir() / "mlflow-ui.db"
    if not store.exists():
        shutil.copyfile(mlflow_store.empty(), store)
    return f"sqlite:///{store.resolve().as_posix()}"


def mlflow_command(port: str, prefix: str) -> list[str]:
    """The command line of ``mlflow server`` for a tile: one worker, loopback, no job runner."""
    options = {
        "--backend-store-uri": newest_store(),
        "--host": "127.0.0.1",
        "--port": port,
        "--workers": "1",
        "--static-prefix": prefix,
    }
    words = [word for option in options.items() for word in option]
    return [sys.executable, "-m", "mlflow", "server", *words]


def main(arguments: Sequence[str]) -> None:
    _, port, prefix = arguments
    os.environ["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] = "false"  # seven helper processes otherwise
    os.execv(sys.executable, mlflow_command(port, prefix.rstrip("/")))


if __name__ == "__main__":
    main(sys.argv[1:])
