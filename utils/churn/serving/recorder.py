"""From the answer to the evaluation store: into the journal at once, into the database by and by.

The request pays for one append to a file. A thread moves whole segments into the database, many
rows in one transaction, and deletes a segment after its commit. A row that was moved twice, because
a process ended between the two, is there once: the database goes by ``prediction_id``.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from churn.serving.evaluation_store import EvaluationStore, Row, predictions
from churn.serving.journal import Journal
from churn.serving.tracing import Sink

log = logging.getLogger(__name__)

#: Rows of one transaction.
CHUNK = 1_000
#: A line of the journal names the span of its request beside the row's columns.
_TRACEPARENT = "traceparent"


class Recorder:
    """Keeps rows; nothing that :meth:`record` took is lost, whenever the process ends.

    Attributes:
        moved: rows that were taken to the database since the start, those of ended writers too.
        problem: why the last move did not work; None if it did. The rows wait in the journal.
    """

    def __init__(
        self, journal: Journal, store: EvaluationStore, every: float = 0.5, sink: Sink | None = None
    ) -> None:
        self.journal, self.store, self.sink = journal, store, sink
        self.moved = 0
        self.problem: str | None = None
        self._every = every
        self._end = threading.Event()
        self._moving = threading.Lock()
        self._mover: threading.Thread | None = None

    def record(self, rows: Sequence[Row], traceparent: str | None = None) -> None:
        """Keep rows for good. Answer after this has returned.

        Args:
            rows: of one request.
            traceparent: if its trace is sampled: of which the write to the database is a part, too.

        Raises:
            churn.serving.journal.JournalError: if that is not possible now.
        """
        traced = {} if traceparent is None else {_TRACEPARENT: traceparent}
        self.journal.append(b"".join(_line({**row, **traced} if traced else row) for row in rows))

    def start(self) -> None:
        """Begin to move rows, those that ended services left behind first."""
        self._mover = threading.Thread(target=self._work, name="recorder", daemon=True)
        self._mover.start()

    def move(self) -> None:
        """Take all rows of the journal to the database, now; a second caller waits for the first."""
        with self._moving:
            self._move_all()

    def _move_all(self) -> None:
        try:
            for segment in self.journal.closed():
                self._move(segment)
        # Each database raises its own kinds; whichever it is, the rows wait for the next time.
        except Exception as error:
            if self.problem is None:
                log.warning("rows wait in the journal: %s", error)
            self.problem = f"the evaluation store cannot be written: {type(error).__name__}"
        else:
            self.problem = None

    def close(self) -> None:
        """Move what is there and end. What the database does not take stays in the journal."""
        self._end.set()
        if self._mover is not None:
            self._mover.join()
        self.move()
        self.journal.close()
        self.store.close()

    def _work(self) -> None:
        self.move()
        while not self._end.wait(self._every):
            self.move()

    def _move(self, segment: Path) -> None:
        rows: list[tuple[Row, str | None]] = []
        broken = 0
        with segment.open("rb") as file:
            for line in file:
                try:
                    # Without its end it is the last one, and its process was killed writing it:
                    # the answer was not sent.
                    rows += [_row(line)] if line.endswith(b"\n") else []
                except ValueError:
                    broken += 1
        for first in range(0, len(rows), CHUNK):
            chunk = rows[first : first + CHUNK]
            start = time.time_ns()
            self.store.add([row for row, _ in chunk])
            traced = list(dict.fromkeys(traceparent for _, traceparent in chunk if traceparent))
            if traced and self.sink is not None:
                self.sink.stored(traced, start, time.time_ns())
        self.moved += len(rows)
        if broken:
            log.error("%d lines of %s cannot be read: it is kept aside", broken, segment.name)
            segment.rename(segment.with_suffix(".broken"))
        else:
            segment.unlink()


#: Made once: ``json.dumps`` with these options makes one for each row.
_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


def _line(row: Mapping[str, Any]) -> bytes:
    return _encode(row).encode() + b"\n"


def _row(line: bytes) -> tuple[Row, str | None]:
    """A row, and of which span it is."""
    row: Any = json.loads(line)
    traceparent = row.pop(_TRACEPARENT, None) if isinstance(row, dict) else None
    if not isinstance(row, dict) or set(row) != set(predictions.c.keys()):
        raise ValueError("not a row")
    return row, traceparent  # type: ignore[return-value]
