"""What Prometheus reads: the service's requests, predictions, stages, and the state of its parts."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence

from prometheus_client import CollectorRegistry, Counter, Histogram, values
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from churn.serving.champions import Champions
from churn.serving.predictor import Outcome, Predictor
from churn.serving.recorder import Recorder

# Feast sets a variable when it is imported, here or in a parent, by which Prometheus' client keeps all
# counters of one name in one file: a service would count what others have counted before it.
values.ValueClass = values.MutexValue

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Metrics:
    """The counters of one service, in a registry of their own."""

    def __init__(self, champions: Champions, recorder: Recorder, predictor: Predictor) -> None:
        self._registry = CollectorRegistry()
        self._seconds = Histogram(
            "churn_request_seconds", "From the first byte to the last, by route and status.",
            ["route", "status"], buckets=_SECONDS, registry=self._registry,
        )  # fmt: skip
        self._predictions = Counter(
            "churn_predictions", "Customers by who decided, why, and which version was asked.",
            ["source", "reason", "version"], registry=self._registry,
        )  # fmt: skip
        self._probability = Histogram(
            "churn_probability", "What the model said, by version: its drift is seen here first.",
            ["version"], buckets=[step / 10 for step in range(1, 11)], registry=self._registry,
        )  # fmt: skip
        # Found by one look into a dictionary, without the lock and the checks of ``labels``.
        self._seconds_of = functools.cache(self._seconds.labels)
        self._predictions_of = functools.cache(self._predictions.labels)
        self._probability_of = functools.cache(self._probability.labels)
        self._registry.register(_State(champions, recorder, predictor))

    def requested(self, route: str, status: int, seconds: float) -> None:
        """A request was answered."""
        self._seconds_of(route, status).observe(seconds)

    def predicted(self, outcomes: Sequence[Outcome]) -> None:
        """Customers were decided about."""
        for outcome in outcomes:
            version = outcome.champion.version if outcome.champion else ""
            source = "model" if outcome.reason is None else "rule"
            self._predictions_of(source, outcome.reason or "", version).inc()
            if outcome.probability is not None:
                self._probability_of(version).observe(outcome.probability)

    def text(self) -> bytes:
        """All figures in Prometheus' text format."""
        return generate_latest(self._registry)


class _State(Collector):
    """Read when Prometheus asks."""

    def __init__(self, champions: Champions, recorder: Recorder, predictor: Predictor) -> None:
        self._champions, self._recorder, self._predictor = champions, recorder, predictor

    def collect(self) -> Iterator[Metric]:
        champion = self._champions.current
        who = GaugeMetricFamily(
            "churn_champion", "1 for the version that answers.", labels=["version", "digest"]
        )
        if champion is not None:
            who.add_metric([champion.version, champion.digest], 1)
        yield who
        yield CounterMetricFamily(
            "churn_champion_swaps", "How often the champion changed.", value=self._champions.swaps
        )
        yield CounterMetricFamily(
            "churn_champion_refusals", "Versions whose signature or files were refused.",
            value=self._champions.refusals,
        )  # fmt: skip
        yield CounterMetricFamily(
            "churn_evaluation_rows", "Rows moved to the evaluation store.",
            value=self._recorder.moved,
        )  # fmt: skip
        yield GaugeMetricFamily(
            "churn_evaluation_stuck", "1 while rows wait because the store takes none.",
            value=self._recorder.problem is not None,
        )  # fmt: skip
        yield GaugeMetricFamily(
            "churn_feature_store_trouble", "1 while the feature store fails or hangs.",
            value=bool(self._predictor.problems()),
        )  # fmt: skip
        yield GaugeMetricFamily(
            "churn_stuck", "1 while only a new process can mend what hangs.",
            value=bool(self._predictor.stuck()),
        )  # fmt: skip
