"""A way between callers and a server on which bytes are lost: a TCP proxy on loopback.

    async with between("127.0.0.1", port) as network:
        …ask network.address…
        network.mood = "answers lost"

``mood`` is what happens to connections that are made from then on:

``well``           bytes go both ways
``refused``        there is none: nobody listens at the address
``requests lost``  it is made, what the caller sends goes nowhere, and nothing comes back
``answers lost``   what the caller sends arrives and is answered, and nothing comes back
``broken off``     the same, and where the answer should begin the connection is reset
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Literal

Mood = Literal["well", "refused", "requests lost", "answers lost", "broken off"]
#: Of ``SO_LINGER``: closing sends a reset and waits for nothing.
_RESET = struct.pack("ii", 1, 0)


class BadNetwork:
    """The proxy; made by :func:`between`.

    Attributes:
        mood: of new connections.
        answered: connections on which the server has begun an answer.

    Args:
        server: its host and port.
        doors: the ports to which callers go, and to which they go when nobody is to listen.
    """

    def __init__(self, server: tuple[str, int], doors: tuple[int, int]) -> None:
        self.mood: Mood = "well"
        self.answered = 0
        self._server_at, self._doors = server, doors
        self._under_way: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> str:
        """Where to ask in the present mood, as a URL."""
        return f"http://127.0.0.1:{self._doors[self.mood == 'refused']}"

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until both sides are done with it."""
        task, mood = asyncio.current_task(), self.mood
        assert task is not None
        self._under_way.add(task)
        try:
            if mood == "requests lost":
                while await reader.read(65536):
                    pass
            else:
                await self._join(reader, writer, mood)
        except (ConnectionError, asyncio.CancelledError):
            pass  # one side went; or the network is taken down
        finally:
            self._under_way.discard(task)
            writer.close()

    async def _join(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, mood: Mood
    ) -> None:
        answers, requests = await asyncio.open_connection(*self._server_at)
        sending = asyncio.create_task(_copy(reader, requests))
        first = True
        try:
            # Whatever the caller does meanwhile: what has arrived is answered.
            while piece := await answers.read(65536):
                self.answered += first
                first = False
                if mood == "broken off":
                    _reset(writer)
                    return
                if mood == "well":
                    writer.write(piece)
                    await writer.drain()
        finally:
            sending.cancel()
            requests.close()

    async def close(self) -> None:
        """Take down what is under way."""
        for task in list(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)


@asynccontextmanager
async def between(host: str, port: int) -> AsyncIterator[BadNetwork]:
    """A network before the server at ``host`` and ``port``, for as long as the block lasts."""
    # Bound, so that nobody else gets the port, and never listening.
    with socket.socket() as closed, socket.socket() as opened:
        for door in (closed, opened):
            door.bind(("127.0.0.1", 0))
        network = BadNetwork((host, port), (opened.getsockname()[1], closed.getsockname()[1]))
        server = await asyncio.start_server(network.carry, sock=opened)
        try:
            yield network
        finally:
            server.close()
            await network.close()
            await server.wait_closed()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Everything that comes; that a caller goes does not keep its request from being answered."""
    with suppress(ConnectionError):
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()
