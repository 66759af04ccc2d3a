"""Events from a broker, Redis Streams, scored by a group of consumers.

Redis keeps an entry for the group until it is acknowledged. That happens after the write, so that a
consumer killed before loses nothing; what it had taken is taken over by the next. What comes twice
by that is kept once (:mod:`churn.scoring.events`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pandas as pd
import redis

from churn.registry.gates.evidence import Scorer
from churn.scoring.events import EventScores
from churn.scoring.scoring import scored

FIELD = "event"


def publish(client: redis.Redis, stream: str, events: Iterable[Mapping[str, Any]]) -> int:
    """Append events to a stream, each as JSON, and return how many."""
    pipe = client.pipeline(transaction=False)
    for event in events:
        pipe.xadd(stream, {FIELD: json.dumps(event)})
    return len(pipe.execute())


def join(client: redis.Redis, stream: str, group: str) -> None:
    """Make the group, which reads from the stream's beginning, unless it is there."""
    try:
        client.xgroup_create(stream, group, id="0", mkstream=True)
    except redis.ResponseError as error:
        if "BUSYGROUP" not in str(error):
            raise


def consume(
    client: redis.Redis,
    stream: str,
    group: str,
    consumer: str,
    score: Scorer,
    threshold: float,
    store: EventScores,
    *,
    size: int = 100,
    idle_ms: int = 0,
    wait_ms: int = 100,
    go_on: Callable[[], bool] | None = None,
) -> int:
    """Score what waits in the stream, and what other consumers took and never acknowledged.

    Args:
        score: probabilities for a frame of the 19 features.
        size: events a turn.
        idle_ms: how long an entry must have been another consumer's before it is taken over.
        wait_ms: how long to wait for new entries.
        go_on: asked when nothing waits; None ends then.

    Returns:
        How many events' scores were new.
    """
    join(client, stream, group)
    new, left_over = 0, "0-0"
    while True:
        if left_over:
            taken: Any = client.xautoclaim(
                stream, group, consumer, idle_ms, start_id=left_over, count=size
            )
            at, entries = taken[:2]
            left_over = "" if at in (b"0-0", "0-0") else at
        else:
            answer: Any = client.xreadgroup(
                group, consumer, {stream: ">"}, count=size, block=wait_ms
            )
            entries = answer[0][1] if answer else []
            if not entries:
                if go_on is None or not go_on():
                    return new
                left_over = "0-0"  # somebody may have ended meanwhile
                continue
        if entries:
            new += store.record(scored(_frame(entries), score, threshold))
            client.xack(stream, group, *(name for name, _ in entries))


def _frame(entries: list[tuple[bytes, dict[bytes, bytes]]]) -> pd.DataFrame:
    return pd.DataFrame([json.loads(fields[FIELD.encode()]) for _, fields in entries])
