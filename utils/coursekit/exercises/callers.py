"""Customers whom the call center asks about, one after the other, and what came of each answer."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from churn import schema
from churn.metrics import Campaign
from churn.serving.champion import Champion

Record = Mapping[str, Any]
#: Seconds after which a connection may be about to be closed by the other end, and is not used again.
_IDLE = 1.0


class Callers:
    """Asks the router, and knows in the end who was told what.

    Args:
        address: of the router.
        key: of the service.
        customers: with the label; the same ones are asked about again and again, in an order that
            follows from ``seed``.
        right: see :func:`right_answers`.
        delay: so many answers later is it known what an answer brought.

    Attributes:
        answers: a dict for each request; see :meth:`table`.
    """

    def __init__(
        self,
        address: str,
        key: str,
        customers: pd.DataFrame,
        right: Sequence[Collection[float]],
        delay: int = 0,
        seed: int = 0,
    ) -> None:
        # Less than half of the time that httpx takes: it is the servers that are looked at.
        self._connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=60)
        self._headers = {"x-api-key": key, "content-type": "application/json"}
        self._used = 0.0
        self._records, self._right, self._delay = records_of(customers), right, delay
        self._left = (customers[schema.TARGET] == "Yes").to_numpy()
        self._order = np.random.default_rng(seed).permutation(len(customers))
        self._campaign = Campaign()
        self._later: deque[tuple[str, float]] = deque()
        self.answers: list[dict[str, Any]] = []

    def ask(self, count: int) -> dict[str, list[float]]:
        """Ask about the next customers.

        Returns:
            By version, what those answers brought, in dollars, that were given ``delay`` answers
            ago; for ``RouterClient.values``.
        """
        known: dict[str, list[float]] = {}
        for _ in range(count):
            self._ask(int(self._order[len(self.answers) % len(self._order)]))
            if len(self._later) > self._delay:
                version, dollars = self._later.popleft()
                known.setdefault(version, []).append(dollars)
        return known

    def table(self) -> pd.DataFrame:
        """A row for each request: ``customer``, ``version`` and ``server`` that answered, ``status``,
        ``lost`` (no prediction came), ``wrong`` (no good version says so) and ``seconds``."""
        return pd.DataFrame(self.answers)

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def _ask(self, number: int) -> None:
        record = self._records[number]
        found: dict[str, Any] = {"customer": record[schema.ID], "version": "", "server": "",
                                 "status": 0, "lost": True, "wrong": False, "seconds": 0.0}  # fmt: skip
        self.answers.append(found)
        started = time.perf_counter()
        if started - self._used > _IDLE:
            self._connection.close()  # the next request opens another one
        self._used = started
        try:
            self._connection.request("POST", "/v1/predict", json.dumps(record), self._headers)
            answer = self._connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return
        found["status"], found["seconds"] = answer.status, time.perf_counter() - started
        if answer.status != 200:
            return
        said = json.loads(body)
        version = answer.headers.get("x-served-version", "")
        # The rule that stands in for a model has no probability, and is none of the versions.
        found |= {"version": version, "server": answer.headers.get("x-served-by", ""),
                  "lost": False, "wrong": said["probability"] not in self._right[number]}  # fmt: skip
        self._later.append((version, self._dollars(said["contact"], bool(self._left[number]))))

    def _dollars(self, contact: bool, left: bool) -> float:
        if not contact:
            return 0.0
        return self._campaign.value_of_leaver if left else self._campaign.value_of_stayer


def while_calling(crowd: Sequence[Callers], event: Callable[[], object]) -> None:
    """Let something happen while all of them ask, each in a thread, before it and after it."""
    over = threading.Event()

    def call(one: Callers) -> None:
        while not over.is_set():
            one.ask(1)
            time.sleep(0.1)

    def some_more() -> None:
        enough = [len(one.answers) + 10 for one in crowd]
        while any(len(one.answers) < n for one, n in zip(crowd, enough, strict=True)):
            time.sleep(0.02)

    threads = [threading.Thread(target=call, args=[one]) for one in crowd]
    for thread in threads:
        thread.start()
    try:
        some_more()
        event()
        some_more()
    finally:
        over.set()
        for thread in threads:
            thread.join()


def right_answers(customers: pd.DataFrame, good: Sequence[Champion]) -> list[set[float]]:
    """For each customer the probabilities that good versions give, each asked directly."""
    # One by one, as the service does: in a batch the last digit may differ.
    return [
        {float(champion.score([record])[0]) for champion in good}
        for record in records_of(customers)
    ]


def records_of(customers: pd.DataFrame) -> list[dict[str, Any]]:
    """Each customer as a request: id and features; who was not billed yet has no total."""
    rows: Any = customers[[schema.ID, *schema.FEATURES]].to_dict("records")
    return [{**row, "TotalCharges": None} if row["tenure"] == 0 else row for row in rows]
