"""What a caller hears through each network, and what has arrived behind it."""

from __future__ import annotations

import asyncio
from typing import get_args

import pytest

from coursekit.exercises.bad_network import Mood, between


async def heard(mood: Mood) -> tuple[str, list[bytes]]:
    """What the caller gets back, or how it fails; and what the server was asked."""
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            asked.append(line)
            writer.write(b"re: " + line)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server, between(*server.sockets[0].getsockname()) as network:
        network.mood = mood
        port = int(network.address.rsplit(":", 1)[1])
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            return "refused", asked
        try:
            writer.write(b"hello\n")
            answering = asyncio.ensure_future(reader.readline())
            if mood == "answers lost":
                while not network.answered:
                    await asyncio.sleep(0.01)
            if mood in ("answers lost", "requests lost"):
                done, _ = await asyncio.wait([answering], timeout=0.05)
                answering.cancel()
                return "an answer" if done else "silence", asked
            return (await answering).decode(), asked
        except ConnectionResetError:
            return "reset", asked
        finally:
            writer.close()


HEARD: dict[Mood, tuple[str, bool]] = {
    "well": ("re: hello\n", True),
    "refused": ("refused", False),
    "requests lost": ("silence", False),
    "answers lost": ("silence", True),
    "broken off": ("reset", True),
}


@pytest.mark.parametrize("mood", get_args(Mood))
def test_what_is_heard_and_what_has_arrived(mood: Mood) -> None:
    answer, arrived = HEARD[mood]
    assert asyncio.run(heard(mood)) == (answer, [b"hello\n"] if arrived else [])
