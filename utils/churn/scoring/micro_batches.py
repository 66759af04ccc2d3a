"""Events from files that arrive in a folder, scored by Spark Structured Streaming.

Spark notes in its checkpoint which files a micro-batch holds before it starts, and that it ended
after it. Killed between, it gives the same micro-batch again, under the same number: the store
knows the number and writes nothing twice.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from churn import schema
from churn.registry.gates.evidence import Scorer
from churn.scoring.events import EventScores
from churn.scoring.scoring import scored

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.streaming import StreamingQuery

_SQL = {"object": "string", "int64": "bigint", "float64": "double"}
#: The fields of an event.
EVENT = ", ".join(
    ["event_id string", "event_time timestamp", f"{schema.ID} string"]
    + [f"{name} {_SQL[schema.dtypes()[name]]}" for name in schema.FEATURES]
)


def score_arriving(
    spark: SparkSession,
    events: Path,
    checkpoint: Path,
    score: Scorer,
    threshold: float,
    store: EventScores,
    *,
    name: str = "arriving",
    late: str = "1 hour",
    files: int = 1,
) -> StreamingQuery:
    """Start to score what lies in a folder of JSON lines and was not scored yet; ends when done.

    An event that comes twice within ``late`` of the newest event's time counts once; one that is
    older than that is left out (Spark counts these: ``numRowsDroppedByWatermark``).

    Args:
        events: the folder; a file in it is whole when it appears, and never changes.
        checkpoint: the folder where Spark keeps what it has read.
        name: of the query; with the number of the micro-batch it is the key in the store.
        late: how late an event may come.
        files: at most so many files in a micro-batch.
    """
    stream = spark.readStream.schema(EVENT).option("maxFilesPerTrigger", files).json(str(events))
    stream = stream.withWatermark("event_time", late)
    stream = stream.dropDuplicatesWithinWatermark(["event_id"])

    def keep(batch: DataFrame, number: int) -> None:
        frame = batch.toPandas()
        frame["event_time"] = frame["event_time"].dt.strftime("%Y-%m-%dT%H:%M:%S")
        store.record(scored(frame, score, threshold), (name, number))

    return (
        stream.writeStream.foreachBatch(keep)
        .option("checkpointLocation", str(checkpoint))
        .trigger(availableNow=True)
        .start()
    )
