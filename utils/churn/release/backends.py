"""The servers behind the router: whether each is up, what it is doing, and asking it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp
from yarl import URL

from churn.release.answers import Answer, Headers
from churn.release.watch import Server

#: What belongs to one connection, and is not passed on (RFC 9110, 7.6.1), and what the client sets.
_HOP = frozenset({
    b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"te", b"trailer",
    b"transfer-encoding", b"upgrade", b"host", b"content-length",
})  # fmt: skip
#: Shorter than the five seconds after which uvicorn closes an idle connection, or a request would
#: now and then be sent into one that is just being closed.
_IDLE = 2.0


class NoAnswerError(OSError):
    """A server gave no answer, or took too long; ``reached`` is whether it may have got the request."""

    def __init__(self, name: str, reached: bool) -> None:
        super().__init__(f"{name} gave no answer")
        self.reached = reached


@dataclass
class Backend:
    """A server as the router sees it."""

    server: Server
    up: bool = False
    in_flight: int = 0


class Backends:
    """All servers that the router knows.

    Attributes:
        named: by name; replaced as a whole.
    """

    def __init__(self, check_every: float, check_patience: float) -> None:
        self.named: dict[str, Backend] = {}
        self._every, self._patience = check_every, check_patience
        self._session: aiohttp.ClientSession | None = None
        self._checking: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Connect, and begin to look after the servers."""
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=_IDLE)
        # Bytes go through as they are: neither cookies nor compression are the router's business.
        self._session = aiohttp.ClientSession(
            connector=connector, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("User-Agent", "Content-Type", "Accept", "Accept-Encoding"),
        )  # fmt: skip
        self._checking = asyncio.create_task(self._look_after())

    async def close(self) -> None:
        """Let go of all connections."""
        if self._checking is not None:
            self._checking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._checking
        if self._session is not None:
            await self._session.close()

    def set(self, servers: Mapping[str, Server]) -> None:
        """These are the servers from now on; what is under way at others is finished."""
        known = self.named
        self.named = {
            name: known[name] if name in known and known[name].server == server else Backend(server)
            for name, server in servers.items()
        }

    def up(self) -> frozenset[str]:
        """Names of those who were ready when they were last asked."""
        return frozenset(name for name, one in self.named.items() if one.up)

    async def check(self) -> None:
        """Ask all servers whether they are ready."""
        await asyncio.gather(*(self._check(one) for one in list(self.named.values())))

    async def ask(
        self, name: str, method: str, path: str, headers: Headers, body: bytes, patience: float
    ) -> Answer:
        """Hand a request on.

        Args:
            path: with its query.
            patience: seconds for all of it.

        Raises:
            NoAnswerError: if there is none.
        """
        one = self.named.get(name)
        if one is None or self._session is None:
            raise NoAnswerError(name, reached=False)
        one.in_flight += 1
        try:
            return await self._request(one.server.address + path, method, headers, body, patience)
        except aiohttp.ClientConnectorError as error:
            one.up = False  # do not wait for the next look
            raise NoAnswerError(name, reached=False) from error
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise NoAnswerError(name, reached=True) from error
        finally:
            one.in_flight -= 1

    async def _request(
        self, url: str, method: str, headers: Headers, body: bytes, patience: float
    ) -> Answer:
        assert self._session is not None
        sent = [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in headers
            if name not in _HOP
        ]
        async with self._session.request(
            method, URL(url, encoded=True), headers=sent, data=body or None, allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=patience),
        ) as answer:  # fmt: skip
            got = await answer.read()
            kept = [(n.lower(), v) for n, v in answer.raw_headers if n.lower() not in _HOP]
            return Answer(answer.status, kept, got)

    async def _look_after(self) -> None:
        while True:
            started = time.monotonic()
            await self.check()
            await asyncio.sleep(max(self._every - (time.monotonic() - started), 0.01))

    async def _check(self, one: Backend) -> None:
        try:
            answer = await self._request(
                one.server.address + "/ready", "GET", [], b"", self._patience
            )
            one.up = answer.status == 200
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            one.up = False
