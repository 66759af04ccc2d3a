"""The service that answers, one customer at a time: shall we contact this one?

``rules`` and ``schemas`` say what a request and an answer look like, ``settings`` what can be set.
``predictor`` is the decision without HTTP: it gathers a customer's columns (``context``, from Feast by
``feast_lookup``), asks the champion (``champion``, kept up to date by ``champions``, from the registry
by ``registry_source``), explains (``explanation``), and falls back on a rule (``fallback``);
``helpers`` are threads for calls that may hang. ``answers`` is what is said, ``journal`` and
``evaluation_store`` keep every prediction, ``recorder`` takes them from one to the other. ``access``
says who may ask, ``backoff`` makes who guesses or hurries wait, and ``reputation`` gives less to who
misbehaves. ``access``, ``tracing``, ``metrics``, ``gate``, ``predictions``, ``replies``, ``watchdog``
and ``app`` make an HTTP service of it, ``spans`` exports its traces; ``python -m churn.serving`` runs
it. ``handler`` is the same as a function, ``deployment`` a policy over the files that deploy it. What
loads ONNX Runtime, Feast, MLflow, OpenTelemetry or FastAPI is imported by its own name.
"""

from churn.serving.fallback import Reason, rule_says_contact
from churn.serving.rules import Breach, breaches
from churn.serving.schemas import BatchRequest, Prediction, PredictionRequest
from churn.serving.settings import Settings

__all__ = [
    "BatchRequest",
    "Breach",
    "Prediction",
    "PredictionRequest",
    "Reason",
    "Settings",
    "breaches",
    "rule_says_contact",
]
