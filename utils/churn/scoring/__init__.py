"""Scores for many customers at once, and for events as they arrive.

``scoring`` makes rows of customers and probabilities. ``engines`` turns a Parquet table into scores by
pandas, ONNX Runtime, Polars or Spark; ``store`` keeps the scores of a batch in a database, old or new
as a whole; ``events`` keeps those of a stream, each once. ``broker`` and ``micro_batches`` bring events
from Redis and from files by Spark. The model is a folder made by :mod:`churn.registry.packaging`, which
loads MLflow: ``engines``, ``broker`` and ``micro_batches`` are imported by their own names.
"""

from churn.scoring.events import EventScores
from churn.scoring.store import Score, ScoreStore, Written

__all__ = ["EventScores", "Score", "ScoreStore", "Written"]
