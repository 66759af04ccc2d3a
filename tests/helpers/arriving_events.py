"""A program that scores arriving events by Spark and may die on its way, for tests.

    python arriving_events.py FOLDER PLACE

FOLDER holds ``events``; the scores go to ``events.db`` in it. The process kills itself at the
PLACE-th of the moments at which the store is asked or has answered; 0 for never.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from churn.scoring import EventScores, micro_batches
from churn.spark.session import session


def score(X: pd.DataFrame) -> Any:
    return np.where(X["Contract"] == "Month-to-month", 0.4, 0.1)


def die_at(place: int) -> Callable[..., None]:
    passed = 0

    def pass_by(*_: Any) -> None:
        nonlocal passed
        passed += 1
        if passed == place:
            os.kill(os.getpid(), signal.SIGKILL)

    return pass_by


def main(folder: Path, place: int) -> None:
    store = EventScores(f"sqlite:///{folder / 'events.db'}")
    pass_by = die_at(place)
    for moment in ("begin", "before_cursor_execute", "after_cursor_execute", "commit"):
        sa.event.listen(sa.Engine, moment, pass_by)
    original = store.record

    def record(rows: pd.DataFrame, micro_batch: tuple[str, int] | None = None) -> int:
        new = original(rows, micro_batch)
        pass_by()  # written, and Spark does not know it
        return new

    store.record = record  # type: ignore[method-assign]
    settings = {"spark.driver.memory": "512m"}
    with session(folder / "spark", "local[1]", settings) as spark:
        query = micro_batches.score_arriving(
            spark, folder / "events", folder / "checkpoint", score, 0.24, store
        )
        query.awaitTermination()
        late = sum(
            state.numRowsDroppedByWatermark
            for progress in query.recentProgress
            for state in progress.stateOperators
        )
        print("late", late)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
