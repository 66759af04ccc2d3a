"""Services and a router as processes of this machine, for as long as a lesson or a test needs them."""

from __future__ import annotations

import atexit
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

import httpx

from churn.release.watch import Order, Server
from churn.serving.access import fingerprint
from coursekit.environment import known, switches
from coursekit.environment.ports import free_port

#: Of whoever may give the router orders.
RELEASE_KEY = "release"
_SERVICE, _BROKEN = "churn.serving", "coursekit.exercises.broken_release"


class ModelServers:
    """Starts and stops services, as :class:`churn.release.controller.Fleet` wants it.

    Args:
        folder: gets a folder for each server.
        command: of :func:`coursekit.exercises.service_files.service_files`; its ``models`` hold all
            versions.
        versions: of each server, by its name.
        broken: servers whose program is :mod:`coursekit.exercises.broken_release`.
        keep: servers that :meth:`stop` leaves running, because they are needed again soon.
        meanwhile: is called when servers have been started and are not ready yet.

    Attributes:
        processes: those that run, by name.
    """

    def __init__(
        self,
        folder: Path,
        command: Sequence[str],
        versions: Mapping[str, str],
        broken: Collection[str] = (),
        keep: Collection[str] = (),
        meanwhile: Callable[[], None] = lambda: None,
    ) -> None:
        self.folder, self.versions, self.broken = folder, dict(versions), frozenset(broken)
        self.keep, self.meanwhile = keep, meanwhile
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._options = dict(zip(command[::2], command[1::2], strict=True))
        self._addresses: dict[str, str] = {}
        atexit.register(self.close)  # should a notebook end before it is told to

    def start(self, names: Sequence[str]) -> None:
        """Start those that do not run, on new ports; returns when all are ready.

        Raises:
            RuntimeError: if one ends instead.
        """
        new = [name for name in names if not self._runs(name)]
        for name in new:
            self._start(name)
        if new:
            self.meanwhile()
        for name in new:
            ready(self.processes[name], self._addresses[name], self.folder / name / "log")

    def stop(self, names: Sequence[str]) -> None:
        """SIGTERM, and wait; those to keep go on."""
        ended = [
            self.processes.pop(name)
            for name in names
            if name in self.processes and name not in self.keep
        ]
        for process in ended:
            process.terminate()
        for process in ended:
            process.wait()

    def kill(self, name: str) -> None:
        """SIGKILL: it cannot tidy up."""
        process = self.processes.pop(name)
        process.kill()
        process.wait()

    def servers(self) -> dict[str, Server]:
        """Those that were started and not stopped."""
        return {
            name: Server(address=self._addresses[name], version=self.versions[name])
            for name in sorted(self.processes)
        }

    def trouble(self, name: str, kind: str) -> None:
        """Have a broken server be well (an empty ``kind``), or not."""
        (self.folder / name / "models" / "trouble").write_text(kind)

    def close(self) -> None:
        """End all of them at once."""
        for name in list(self.processes):
            self.kill(name)

    def _runs(self, name: str) -> bool:
        return name in self.processes and self.processes[name].poll() is None

    def _start(self, name: str) -> None:
        own, version = self.folder / name, self.versions[name]
        if not own.exists():
            source = Path(self._options["--models"]) / version
            shutil.copytree(source, own / "models" / version)
            (own / "models" / "champion").write_text(version)
        port = free_port()
        options = {
            **self._options, "--models": str(own / "models"), "--journal": str(own / "journal"),
            "--evaluation-store": f"sqlite:///{own / 'evaluation.db'}", "--port": str(port),
        }  # fmt: skip
        program = _BROKEN if name in self.broken else _SERVICE
        words = [word for option in options.items() for word in option]
        with (own / "log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", program, *words, "--quiet"],
                stdout=log, stderr=subprocess.STDOUT, env=known.environment(switches.REPEATABLE),
            )  # fmt: skip
        self._addresses[name] = f"http://127.0.0.1:{port}"


class RouterProcess:
    """A router; started again it goes on where the one before ended.

    Args:
        folder: gets its files; ``log`` and ``state.json`` are among them.
        settings: see :class:`churn.release.settings.Settings`.
        quiet: whether to log no decisions.

    Attributes:
        address: the same after each start.
    """

    def __init__(
        self, folder: Path, order: Order, settings: Mapping[str, float], quiet: bool = False
    ) -> None:
        folder.mkdir(parents=True)
        self.folder, self.log, self._port = folder, folder / "log", free_port()
        self.address = f"http://127.0.0.1:{self._port}"
        (folder / "order.json").write_text(order.model_dump_json())
        (folder / "keys.json").write_text(json.dumps({"release": fingerprint(RELEASE_KEY)}))
        (folder / "settings.json").write_text(json.dumps(dict(settings)))
        self._quiet = ["--quiet"] if quiet else []
        self.start()
        atexit.register(self.kill)

    def start(self) -> None:
        """Returns when it listens."""
        files = {"order": "order.json", "state": "state.json", "keys": "keys.json"}
        files["settings"] = "settings.json"
        words = [word for option, file in files.items() for word in (f"--{option}", self.folder / file)]  # fmt: skip
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "churn.release", *words, "--port", str(self._port), *self._quiet],
                stdout=log, stderr=subprocess.STDOUT, env=known.environment(switches.REPEATABLE),
            )  # fmt: skip
        ready(self.process, self.address, self.log)

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.process.wait()


def ready(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    """Wait until a server says that it is ready.

    Raises:
        RuntimeError: if it ends instead, with the end of its log.
    """
    with httpx.Client() as client:
        while True:
            if process.poll() is not None:
                raise RuntimeError(f"the server ended: {log.read_text()[-2000:]}")
            try:
                if client.get(f"{address}/ready").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
