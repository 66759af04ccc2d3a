"""What is needed of a process to watch and end it."""

from __future__ import annotations

from typing import Protocol


class Process(Protocol):
    """A process that runs here; `subprocess.Popen` has all of this."""

    pid: int

    def poll(self) -> int | None: ...

    def kill(self) -> None: ...

    def wait(self, timeout: float | None = None) -> int: ...
