"""Tiles of JupyterLab's launcher, each a server that is started on demand by jupyter-server-proxy.

Named in pyproject.toml under the entry points ``jupyter_serverproxy_servers``.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from coursekit import paths
from coursekit.environment import known, mlflow_store

#: Seconds between two looks for a newer store.
LOOK_EVERY = 2.0
#: Seven helper processes otherwise.
SETTINGS = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}


def mlflow() -> dict[str, Any]:
    """The MLflow UI on the store that was written last (see :func:`newest_store`)."""
    return {
        "command": [
            sys.executable,
            "-m",
            "coursekit.environment.tiles",
            "mlflow",
            "{port}",
            "{base_url}mlflow",
        ],
        # MLflow wants to know the prefix under which it is seen, so the path is passed on whole.
        "absolute_url": True,
        "timeout": 120,
        "launcher_entry": {
            "title": "MLflow",
            # JupyterLab shows a tile's own icon in this category only.
            "category": "Notebook",
            "icon_path": str(Path(__file__).with_name("mlflow.svg")),
        },
    }


def newest_store(root: Path | None = None) -> Path:
    """The MLflow store below ``workspace/`` that was written last; an empty one if there is none."""
    folder = root or paths.workspaces()
    written = [(_time_of_writing(path), path) for path in folder.rglob(mlflow_store.FILE)]
    if written:
        return max(written)[1]
    store = paths.cache_dir() / "mlflow-ui.db"
    if not store.exists():
        shutil.copyfile(mlflow_store.empty(), store)
    return store


def _time_of_writing(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:  # a notebook is making its workspace anew at this moment
        return 0


def mlflow_command(store: Path, port: str, prefix: str) -> list[str]:
    """The command line of ``mlflow server`` for a tile: one worker, loopback, no job runner."""
    options = {
        "--backend-store-uri": mlflow_store.uri(store),
        "--host": "127.0.0.1",
        "--port": port,
        "--workers": "1",
        "--static-prefix": prefix,
    }
    words = [word for option in options.items() for word in option]
    return [sys.executable, "-m", "mlflow", "server", *words]


def serve(port: str, prefix: str) -> int:
    """Run the MLflow UI until terminated, anew whenever another store is the newest.

    Returns the server's exit code if it ends by itself.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    while True:
        store = newest_store()
        server = subprocess.Popen(
            mlflow_command(store, port, prefix),
            env=known.environment(SETTINGS),
            start_new_session=True,
        )
        try:
            while server.poll() is None and newest_store() == store:
                time.sleep(LOOK_EVERY)
            if server.poll() is not None:
                return server.returncode
        finally:
            _end(server)


def _end(server: subprocess.Popen[bytes]) -> None:
    # The server and its worker are one session.
    if server.poll() is None:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=30)


def main(arguments: Sequence[str]) -> int:
    """``mlflow PORT PREFIX``: what jupyter-server-proxy starts."""
    _, port, prefix = arguments
    return serve(port, prefix.rstrip("/"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
