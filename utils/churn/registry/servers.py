"""A registry as a server: MLflow on loopback, with its own database, files and access control.

staging = servers.start(folder, environment)
token = access.grant(folder, "dev", "write")
staging.wait()
client = MlflowClient(staging.address_of("dev", token))
staging.stop()
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from churn.registry import access

#: In a server's folder: its database where no other is given, its files, and what it says.
DATABASE, ARTIFACTS, LOG = "registry.db", "artifacts", "server.log"
_LOOPBACK = "127.0.0.1"


class ServerError(RuntimeError):
    """A registry's server does not run; with what it said last."""


@dataclass(frozen=True)
class Server:
    """A server that was started; it ends with :meth:`stop`, or with the process that started it.

    Attributes:
        folder: with its grants and its files.
        address: without a credential, so that it opens nothing.
        process: the command ``mlflow server``.
    """

    folder: Path
    address: str
    process: subprocess.Popen[bytes]

    def wait(self, patience: float = 300) -> None:
        """Until the server answers; on a busy machine this takes a minute.

        Args:
            patience: seconds.

        Raises:
            ServerError: if it has ended, or does not answer in time.
        """
        until = time.monotonic() + patience
        while not self._answers():
            if self.process.poll() is not None:
                raise ServerError(f"the server has ended: {self._said()}")
            if time.monotonic() > until:
                self.stop()
                raise ServerError(f"no answer within {patience:.0f} seconds: {self._said()}")
            time.sleep(0.2)

    def address_of(self, who: str, token: str) -> str:
        """The address with a credential in it; who holds it may do what was granted."""
        return access.address(self.address, who, token)

    def stop(self, patience: float = 30) -> None:
        """End the server and wait until it has; a second call does nothing."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def _answers(self) -> bool:
        # Never by the machine's proxy, which does not know this loopback.
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with direct.open(f"{self.address}/health", timeout=10) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def _said(self) -> str:
        text = (self.folder / LOG).read_text(encoding="utf-8", errors="replace")
        return " ".join(text.split())[-500:] or "it said nothing"


def start(folder: Path, environment: Mapping[str, str], backend: str | None = None) -> Server:
    """Start ``mlflow server`` for one registry; :meth:`Server.wait` waits until it answers.

    Args:
        folder: of this registry alone; made if it is not there.
        environment: of the server's process.
        backend: address of its database, for PostgreSQL ``postgresql+psycopg://…``; an SQLite file
            in the folder if None. MLflow makes the tables where there are none, which takes
            seconds: copy an empty store there before.
    """
    folder = folder.resolve()
    (folder / ARTIFACTS).mkdir(parents=True, exist_ok=True)
    with socket.create_server((_LOOPBACK, 0)) as free:
        port = free.getsockname()[1]
    settings = {
        # In the environment and not in the command, which everybody on the machine can read.
        "MLFLOW_BACKEND_STORE_URI": backend or f"sqlite:///{(folder / DATABASE).as_posix()}",
        "MLFLOW_ARTIFACTS_DESTINATION": (folder / ARTIFACTS).as_uri(),
        # Otherwise seven helpers for evaluations with language models.
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        access.FOLDER: str(folder),
        access.ENDS_WITH_STDIN: "1",
    }
    command = [sys.executable, "-m", "mlflow", "server", "--app-name", "registry-access"]
    command += ["--host", _LOOPBACK, "--port", str(port), "--workers", "1"]
    with (folder / LOG).open("wb") as log:
        process = subprocess.Popen(
            command, env={**environment, **settings}, cwd=folder, stdin=subprocess.PIPE,
            stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    return Server(folder, f"http://{_LOOPBACK}:{port}", process)
