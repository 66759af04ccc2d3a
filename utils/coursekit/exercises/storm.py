"""A day of a service, in no time: a feature store, champions, and clients that play a script.

:class:`Store` and :class:`Champions` are what a service is given, both of which can be made to fail.
A :class:`Day` makes the service, sends it requests in virtual time (see :mod:`.virtual_time`), and
changes the world around it in between. It knows no right answers: it returns what came back.
"""

from __future__ import annotations

import asyncio
import json
import math
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx

from coursekit.exercises.virtual_time import VirtualLoop

#: Questions that the store takes at the same time.
AT_ONCE = 20
#: Seconds after which a client hangs up.
HANGS_UP = 60.0
_KEY, _RECORDED = "x-request", "x-recorded"
_LOG = """create table log (
    request_id text primary key, customer_id text not null, contact integer not null,
    probability real, reason text, version text)"""
_FULL = """create trigger full before insert on log begin
    select raise(abort, 'database or disk is full'); end"""


class Store:
    """The customers' features, by key: ``await store.features(customer_id)``.

    Attributes:
        seconds: what an answer takes.
        down: whether it answers with a ConnectionError.
    """

    def __init__(self, features: Mapping[str, Mapping[str, float | None]]) -> None:
        self.seconds, self.down = 0.02, False
        self.rows = dict(features)
        self._asked = 0

    async def features(self, customer_id: str) -> dict[str, float | None] | None:
        """The features of a customer by name (None for one that is missing); None: not known.

        Raises:
            ConnectionError: when the store is down, or is asked ``AT_ONCE`` questions already.
        """
        if self._asked >= AT_ONCE:
            raise ConnectionError("the store is asked too much at once")
        self._asked += 1
        try:
            await asyncio.sleep(self.seconds)
            if self.down:
                raise ConnectionError("the store is down")
            found = self.rows.get(customer_id)
            return None if found is None else dict(found)
        finally:
            self._asked -= 1


class Champion:
    """A score card: a customer's probability of leaving.

    Attributes:
        version: its name, as text.
        threshold: who has at least this probability is contacted.
    """

    def __init__(self, card: Mapping[str, Any]) -> None:
        self.version = str(card["version"])
        self.threshold = float(card["threshold"])
        self._card = card

    def score(self, features: Mapping[str, float]) -> float:
        """The probability; whatever a broken card gives, if this one is broken.

        Raises:
            RuntimeError: if the card is one that fails.
        """
        if self._card.get("fails"):
            raise RuntimeError("the model cannot be run")
        if "gives" in self._card:
            return float(self._card["gives"])
        z = self._card["intercept"]
        z += sum(weight * features[name] for name, weight in self._card["weights"].items())
        return 1 / (1 + math.exp(-z))


class Champions:
    """``champions.current()`` is the champion of this moment; another may be in the next."""

    def __init__(self, card: Mapping[str, Any]) -> None:
        self._current = Champion(card)

    def current(self) -> Champion:
        return self._current

    def swap(self, card: Mapping[str, Any]) -> None:
        self._current = Champion(card)


#: ``make(champions, store, log, rule)`` returns an ASGI application.
Make = Callable[[Champions, Store, str, dict[str, bool]], Any]


class Day:
    """A service and the world around it.

    Args:
        make: makes the service.
        log: where the database of the log is made, anew.
        customers: features by customer.
        card: of the first champion: version, threshold, intercept, weights; ``fails`` or ``gives``
            in it make it a broken one.
        rule: is handed to the service.
    """

    def __init__(
        self,
        make: Make,
        log: Path,
        customers: Mapping[str, Mapping[str, float | None]],
        card: Mapping[str, Any],
        rule: Mapping[str, bool],
    ) -> None:
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        log.unlink(missing_ok=True)
        self._sql(_LOG)
        self.store, self.champions = Store(customers), Champions(card)
        self._make, self._rule = make, dict(rule)
        self._loop = VirtualLoop()
        self._asking: list[asyncio.Task[dict[str, Any]]] = []
        self._start()

    def play(self, moments: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Play a part of the day; returns what came back to each request, in their order.

        Args:
            moments: each has ``at`` (seconds from the beginning of this part, never less than the
                one before) and one of these: ``ask``: a request's body (text, or what becomes JSON);
                ``store``: what to set of the store (``seconds``, ``down``, or ``rows`` to change
                some); ``card``: of a new champion; ``log``: ``"full"`` or ``"ok"``; ``kill``: the
                service ends at once, with what it was doing, and a new one is made.

        Returns:
            dicts ``{"status": of HTTP, "seconds": until the answer, "body": of the answer,
            "recorded": whether the log had a row of this request when the answer left}``; all but
            the seconds are None where no answer came.
        """
        answers: list[dict[str, Any]] = self._loop.run(self._play(moments))
        return answers

    def close(self) -> None:
        """The end of the day."""
        self._loop.close()

    async def _play(self, moments: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        began = self._loop.time()
        asked = []
        for moment in moments:
            wait = began + moment["at"] - self._loop.time()
            if wait > 0:
                await asyncio.sleep(wait)
            if "ask" in moment:
                asked.append(self._loop.create_task(self._ask(moment["ask"])))
                self._asking = [task for task in (*self._asking, asked[-1]) if not task.done()]
            else:
                await self._change(moment)
        if asked:
            await asyncio.wait(asked)
        return [task.result() for task in asked]

    async def _ask(self, body: Any) -> dict[str, Any]:
        began = self._loop.time()
        content = body if isinstance(body, str) else json.dumps(body)
        headers = {"content-type": "application/json"}
        if isinstance(body, dict) and str(body.get("request_id")).isascii():
            headers[_KEY] = str(body.get("request_id")).strip()
        asking = self._client.post("/predict", content=content, headers=headers)
        try:
            answer = await asyncio.wait_for(asking, HANGS_UP)
        except (TimeoutError, asyncio.CancelledError):
            seconds = self._loop.time() - began
            return {"status": None, "seconds": seconds, "body": None, "recorded": None}
        try:
            said = answer.json()
        except ValueError:
            said = answer.text
        seconds = self._loop.time() - began
        recorded = _RECORDED in answer.headers
        return {
            "status": answer.status_code,
            "seconds": seconds,
            "body": said,
            "recorded": recorded,
        }

    async def _change(self, moment: Mapping[str, Any]) -> None:
        for name, value in moment.get("store", {}).items():
            if name == "rows":
                self.store.rows |= value
            else:
                setattr(self.store, name, value)
        if "card" in moment:
            self.champions.swap(moment["card"])
        if "log" in moment:
            self._sql("drop trigger if exists full")
            if moment["log"] == "full":
                self._sql(_FULL)
        if moment.get("kill"):
            for task in self._asking:
                task.cancel()
            if self._asking:
                await asyncio.wait(self._asking)
            self._start()

    def _start(self) -> None:
        app = self._make(self.champions, self.store, str(self.log), dict(self._rule))
        transport = httpx.ASGITransport(self._watched(app), raise_app_exceptions=False)
        self._client = httpx.AsyncClient(
            transport=transport, base_url="http://service", timeout=None
        )

    def _watched(self, app: Any) -> Any:
        """The application, with a header in each answer whose request is in the log by then."""

        async def watched(scope: Any, receive: Any, send: Any) -> None:
            key = dict(scope["headers"]).get(_KEY.encode(), b"").decode()

            async def leaves(message: Any) -> None:
                if message["type"] == "http.response.start" and self._has(key):
                    message["headers"] = [*message["headers"], (_RECORDED.encode(), b"yes")]
                await send(message)

            await app(scope, receive, leaves)

        return watched

    def _has(self, key: str) -> bool:
        with closing(sqlite3.connect(self.log)) as connection:
            found = connection.execute("select 1 from log where request_id = ?", (key,))
            return found.fetchone() is not None

    def _sql(self, statement: str) -> None:
        with closing(sqlite3.connect(self.log)) as connection, connection:
            connection.execute(statement)


class Days:
    """The days of one service by name, each with a log in ``folder``; the arguments are a Day's."""

    def __init__(self, make: Make, folder: Path) -> None:
        self._make, self._folder = make, folder
        self._days: dict[str, Day] = {}

    def begin(
        self,
        name: str,
        customers: Mapping[str, Mapping[str, float | None]],
        card: Mapping[str, Any],
        rule: Mapping[str, bool],
    ) -> str:
        """Begin a day, anew if there was one of this name; the path of its log."""
        if name in self._days:
            self._days.pop(name).close()
        log = self._folder / f"{name}.db"
        self._days[name] = Day(self._make, log, customers, card, rule)
        return str(log)

    def play(self, name: str, moments: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Play a part of a day; see :meth:`Day.play`."""
        return self._days[name].play(moments)


def logged(path: str | Path) -> list[dict[str, Any]]:
    """The rows of a day's log, in the order of their writing."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute("select * from log order by rowid")]
