"""Spark scores arriving files, and scores each event once, wherever it was killed.

A run tries one of ten places, ``make long`` all: each costs two starts of Spark.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import arriving_events
from churn import data, schema
from churn.scoring import EventScores
from coursekit.environment import known
from drawing import drawn

EVENTS = 40
#: At the beginning of a micro-batch's transaction, at its statements, before and after its end; of
#: the first, the second and the last micro-batch.
PLACES = [1, 3, 4, 6, 7, 8, 10, 13, 14, 28]
TRIED = PLACES if os.environ.get("COURSE_LONG") else [drawn("micro-batches", PLACES)]


def arrive(folder: Path) -> pd.DataFrame:
    """Write event files: with events that come twice, within a file and later, and a late one."""
    customers = data.load("synthetic", n=EVENTS, seed=2).drop(columns=schema.TARGET)
    times = pd.date_range("2025-04-01", periods=EVENTS, freq="min")
    events = customers.assign(
        event_id=[f"e{n:03d}" for n in range(EVENTS)],
        event_time=times.strftime("%Y-%m-%dT%H:%M:%S"),
    )
    late = events[:1].assign(event_id="late", event_time="2025-03-31T00:00:00")
    files = [events[:10], events[5:20], pd.concat([events[20:30]] * 2), events[30:], late]
    folder.mkdir()
    for number, rows in enumerate(files):
        file = folder / f"{number}.json"
        rows.to_json(file, orient="records", lines=True)
        os.utime(file, (1e9 + number, 1e9 + number))  # Spark takes the oldest first
    return events


def score(folder: Path, place: int = 0) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, arriving_events.__file__, str(folder), str(place)]
    return subprocess.run(
        program, env=known.environment(), capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("place", TRIED)
def test_killed_and_started_again(tmp_path: Path, place: int) -> None:
    events = arrive(tmp_path / "events")
    killed = score(tmp_path, place)
    assert killed.returncode == -signal.SIGKILL, killed.stderr[-2000:]
    done = score(tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.splitlines() == ["late 1"]
    # The late one is not among them.
    kept = EventScores(f"sqlite:///{tmp_path / 'events.db'}").all()
    assert kept["event_id"].tolist() == events["event_id"].tolist()
    np.testing.assert_allclose(kept["probability"].sum(), arriving_events.score(events).sum())
