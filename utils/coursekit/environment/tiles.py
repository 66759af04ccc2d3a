"""Tiles of JupyterLab's launcher, each a server that is started on demand by jupyter-server-proxy.

Named in pyproject.toml under the entry points ``jupyter_serverproxy_servers``.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

from coursekit import paths
from coursekit.environment import known, mlflow_store

#: Seconds between two looks for a newer store.
LOOK_EVERY = 2.0
#: Seven helper processes otherwise.
SETTINGS = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}

#: What MLflow's page keeps in the browser. Left alone it opens on language models, with an assistant
#: and a note that it collects usage data, which the switches have turned off.
_PREFERENCES = {
    "mlflow.workflowType_v1": "machine_learning",
    "mlflow.assistant.fab.autoOpenedOnFirstLoad_v1": True,
    "mlflow.telemetry.info.alert.dismissed_v1": True,
    "mlflow.settings.telemetry.enabled_v1": False,
}
_SCRIPT = """<script>
for (const [key, value] of Object.entries({preferences}))
  if (localStorage.getItem(key) === null) localStorage.setItem(key, JSON.stringify(value));
if (!location.hash) location.replace("#{place}");
</script>"""


class Response(Protocol):
    """What jupyter-server-proxy lets one rewrite."""

    headers: Any
    body: bytes


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
        "rewrite_response": open_on_runs,
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


def open_on_runs(response: Response) -> None:
    """Let MLflow's page open on the newest runs, without what does not concern this course.

    What a person has chosen on the page before stays.
    """
    if not response.headers.get("Content-Type", "").startswith("text/html"):
        return
    experiment = newest_experiment(newest_store())
    place = f"/experiments/{experiment}/runs" if experiment else "/experiments"
    script = _SCRIPT.replace("{preferences}", json.dumps(_PREFERENCES)).replace("{place}", place)
    response.body = response.body.replace(b"<head>", b"<head>" + script.encode(), 1)


def newest_experiment(store: Path) -> str | None:
    """The id of the experiment that has the newest run in an MLflow store; None without a run."""
    query = "SELECT experiment_id FROM runs ORDER BY start_time DESC LIMIT 1"
    try:
        with closing(sqlite3.connect(f"{store.as_uri()}?mode=ro", uri=True)) as connection:
            found = connection.execute(query).fetchone()
    except sqlite3.Error:  # a notebook is making its workspace anew at this moment
        return None
    return str(found[0]) if found else None


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
