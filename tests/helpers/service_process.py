"""The service as a process of its own, the files that it needs, and clients who ask it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from churn.registry.supply_chain import signing
from churn.serving.access import fingerprint
from churn.serving.evaluation_store import EvaluationStore
from churn.serving.settings import Settings
from coursekit.environment import known
from coursekit.environment.ports import free_port
from coursekit.exercises.model_servers import ready
from running_service import Signed

Records = list[dict[str, Any]]
KEY = "secret"


class Deployed:
    """A service's files, and its process as long as there is one."""

    def __init__(self, folder: Path, signed: Signed) -> None:
        self.folder = folder
        self.url = f"sqlite:///{folder}/evaluation.db"
        self.journal, self.log = folder / "journal", folder / "log"
        shutil.copytree(signed.folder, folder / "models" / "one")
        self.release("one")
        # The same model with another threshold, signed by the same key: another version.
        two = folder / "models" / "two"
        shutil.copytree(signed.folder, two)
        about = (two / "MLmodel").read_text()
        (two / "MLmodel").write_text(about.replace("threshold: 0.24", "threshold: 0.75"))
        (two / "model.sig").unlink()
        signing.sign(two, signed.public_key.parent / signing.PRIVATE_KEY)
        # A third that was changed after it was signed.
        shutil.copytree(two, folder / "models" / "three")
        (folder / "models" / "three" / "MLmodel").write_text(about)
        (folder / "keys.json").write_text(json.dumps({"tests": fingerprint(KEY)}))
        self.set(budget=30)
        self.public_key = signed.public_key

    def set(self, budget: float, hang_limit: float = 600.0) -> None:
        settings = Settings(
            poll=0.05, move_every=0.05, rate=1e9, burst=1e9, budget=budget, hang_limit=hang_limit
        )
        (self.folder / "settings.json").write_text(settings.model_dump_json())

    def release(self, version: str) -> None:
        draft = self.folder / "models" / "draft"
        draft.write_text(version)
        draft.rename(self.folder / "models" / "champion")

    @contextmanager
    def running(self, *program: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
        """The process, once it is ready, and its address; killed at the latest at the end."""
        port = free_port()
        command = [
            *(sys.executable, *(program or ("-m", "churn.serving")), "--port", str(port)),
            *("--models", str(self.folder / "models"), "--public-key", str(self.public_key)),
            *("--keys", str(self.folder / "keys.json"), "--evaluation-store", self.url),
            *("--journal", str(self.journal), "--settings", str(self.folder / "settings.json")),
        ]
        address = f"http://127.0.0.1:{port}"
        with self.log.open("ab") as log:
            env = known.environment()
            process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=env)
        try:
            ready(process, address, self.log)
            yield process, address
        finally:
            process.kill()
            process.wait()

    def kept(self) -> dict[str, Any]:
        store = EvaluationStore(self.url)
        try:
            return {row["prediction_id"]: row for row in store.rows()}
        finally:
            store.close()


def wait(until: Callable[[], bool]) -> None:
    """The time limit of pytest ends what hangs."""
    while not until():
        time.sleep(0.02)


class Clients:
    """Some who ask all the time, each for the next customer once it has its answer."""

    def __init__(self, address: str, records: Records, count: int = 3) -> None:
        self.answers: list[httpx.Response] = []
        self.broken = 0
        self._stop = threading.Event()
        self._address, self._records = address, records
        self._threads = [threading.Thread(target=self._ask) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def _ask(self) -> None:
        with httpx.Client(
            base_url=self._address, headers={"x-api-key": KEY}, timeout=None
        ) as client:
            while not self._stop.is_set():
                record = self._records[len(self.answers) % len(self._records)]
                try:
                    self.answers.append(client.post("/v1/predict", json=record))
                except httpx.TransportError:
                    self.broken += 1
                    return

    def more(self, count: int = 10) -> None:
        """Wait for so many more answers."""
        enough = len(self.answers) + count
        self.wait(lambda: len(self.answers) >= enough)

    def wait(self, until: Callable[[], bool]) -> None:
        """Wait while they ask."""

        def asking() -> bool:
            assert not self.broken, self.broken
            return until()

        wait(asking)

    def end(self) -> list[dict[str, Any]]:
        self._stop.set()
        for thread in self._threads:
            thread.join()
        assert {one.status_code for one in self.answers} == {200}
        return [one.json() for one in self.answers]
