"""Rows on disk before their answer is sent: files that are only ever appended to.

    journal = Journal(folder)
    journal.append(b'{"prediction_id": …}\\n')
    for segment in journal.closed():
        …move its lines…
        segment.unlink()

``write`` hands a line to the operating system, which keeps it when this process is killed, whatever
the moment. (When the machine loses power, what it had not yet written to the disk is lost:
``fsync`` for each row would prevent that; ``benchmarks/serving.py`` shows its price beside that of
a database commit.) A segment belongs to one writer, who holds a lock as long as it lives. Whoever
finds a segment whose lock is free moves it.
"""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout


class JournalError(OSError):
    """A row could not be kept, so its answer must not be sent."""


class Journal:
    """One writer's segments in a folder that many writers may share.

    Attributes:
        problem: of the last ``append``; None if it worked.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.problem: str | None = None
        self._writer = uuid.uuid4().hex
        # It is let go in another thread when the service ends.
        self._own = FileLock(_lock_of(folder, self._writer), thread_local=False)
        self._own.acquire()
        self._guard = threading.Lock()
        self._file: int | None = None
        self._size = self._number = 0

    def append(self, lines: bytes) -> None:
        """Write whole lines, all or none.

        Raises:
            JournalError: if the system does not take them.
        """
        with self._guard:
            try:
                self._write(lines)
            except OSError as error:
                self.problem = f"the journal cannot be written: {error}"
                raise JournalError(self.problem) from error
            self.problem = None

    def closed(self) -> Iterator[Path]:
        """Segments that nobody writes to any more: this writer's, then those of ended writers.

        Whoever gets one deletes it when its lines are elsewhere. The present segment is closed
        first, if there is anything in it.
        """
        with self._guard:
            # Listed before the next row can open another one, which is nobody's to take.
            self._close_segment()
            own = sorted(self.folder.glob(f"{self._writer}-*.jsonl"))
        yield from own
        writers = {path.name.split("-")[0] for path in self.folder.glob("*.jsonl")}
        for writer in sorted(writers - {self._writer}):
            lock = FileLock(_lock_of(self.folder, writer))
            try:
                lock.acquire(timeout=0)
            except Timeout:
                continue  # it lives
            try:
                yield from sorted(self.folder.glob(f"{writer}-*.jsonl"))
            finally:
                lock.release()
            if not any(self.folder.glob(f"{writer}-*.jsonl")):
                _lock_of(self.folder, writer).unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the segments; what was not moved stays for the next one to start."""
        with self._guard:
            self._close_segment()
        self._own.release()
        if not any(self.folder.glob(f"{self._writer}-*.jsonl")):
            _lock_of(self.folder, self._writer).unlink(missing_ok=True)

    def _write(self, lines: bytes) -> None:
        if self._file is None:
            self._number += 1
            path = self.folder / f"{self._writer}-{self._number:08}.jsonl"
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
            self._size = 0
        if os.write(self._file, lines) != len(lines):  # the disk is full
            os.ftruncate(self._file, self._size)
            raise OSError("only a part of the row was taken")
        self._size += len(lines)

    def _close_segment(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _lock_of(folder: Path, writer: str) -> Path:
    return folder / f"{writer}.lock"
