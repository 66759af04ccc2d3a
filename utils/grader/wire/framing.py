"""A Unix socket between the grader and the agent in the learner's kernel.

The grader listens, the agent calls in and answers one question after another. A frame is its
length and its bytes. Whoever sits at the other end is not trusted: lengths are bounded, and no
byte is waited for without a limit.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from grader.exceptions import ConnectionClosedError

_TICK = 0.2
_CHUNK = 1 << 20
_HEAD = 8


def send(connection: socket.socket, data: bytes, go_on: Callable[[], bool] | None = None) -> None:
    """Send a frame.

    Args:
        go_on: asked several times a second whether to wait any longer; default: for ever.

    Raises:
        OSError: the other end is gone.
        TimeoutError: ``go_on`` said no.
    """
    connection.settimeout(None if go_on is None else _TICK)
    for part in (len(data).to_bytes(_HEAD, "big"), data):
        left = memoryview(part)
        while left:
            with suppress(TimeoutError):
                left = left[connection.send(left) :]
            if left and go_on is not None and not go_on():
                raise TimeoutError


def receive(connection: socket.socket, most: int, go_on: Callable[[], bool] | None = None) -> bytes:
    """The next frame.

    Args:
        most: the largest number of bytes that is accepted.
        go_on: asked several times a second whether to wait any longer; default: for ever.

    Raises:
        ConnectionClosedError: the other end hung up, or announced more than ``most`` bytes.
        TimeoutError: ``go_on`` said no.
    """
    connection.settimeout(None if go_on is None else _TICK)
    size = int.from_bytes(_exactly(connection, _HEAD, go_on), "big")
    if size > most:
        raise ConnectionClosedError(f"a frame of {size} bytes")
    return _exactly(connection, size, go_on)


def _exactly(connection: socket.socket, size: int, go_on: Callable[[], bool] | None) -> bytes:
    # Grows with what has come, not with what was announced.
    found = bytearray()
    while len(found) < size:
        with suppress(TimeoutError):
            part = connection.recv(min(size - len(found), _CHUNK))
            if not part:
                raise ConnectionClosedError("the other end hung up")
            found += part
        if len(found) < size and go_on is not None and not go_on():
            raise TimeoutError
    return bytes(found)


class AgentListener:
    """The grader's end: a place that an agent can call.

    Args:
        place: path of the socket; made at once, so that its folder can be given away afterwards.
    """

    def __init__(self, place: Path) -> None:
        self.place = place
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(place))
        self._listener.listen(1)
        self.connection: socket.socket | None = None

    def accept(self, go_on: Callable[[], bool]) -> socket.socket:
        """Wait for a call.

        Raises:
            TimeoutError: ``go_on`` said no.
        """
        self._listener.settimeout(_TICK)
        while self.connection is None:
            try:
                self.connection, _ = self._listener.accept()
            except TimeoutError:
                if not go_on():
                    raise
        return self.connection

    def hang_up(self) -> None:
        """End the call, if there is one; the agent then returns."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def close(self) -> None:
        self.hang_up()
        self._listener.close()
