"""Run the service:  python -m churn.serving --models FOLDER --public-key FILE --keys FILE …"""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

import uvicorn

from churn.serving.access import Access, read_keys
from churn.serving.app import Service, create_app
from churn.serving.champions import Champions, FolderSource, Source
from churn.serving.context import Context
from churn.serving.evaluation_store import EvaluationStore
from churn.serving.journal import Journal
from churn.serving.predictor import Predictor
from churn.serving.recorder import Recorder
from churn.serving.settings import Settings
from churn.serving.tracing import JsonFormatter


def arguments() -> argparse.ArgumentParser:
    """What can be given on the command line; secrets come from files."""
    parser = argparse.ArgumentParser(prog="python -m churn.serving", description=__doc__)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--models", type=Path, help="folder of versions, see FolderSource")
    where.add_argument("--registry", help="URI of MLflow's registry")
    parser.add_argument("--name", default="churn", help="of the registered model")
    parser.add_argument("--public-key", type=Path, required=True, help="whose signature counts")
    parser.add_argument("--keys", type=Path, required=True, help="JSON: clients and fingerprints")
    parser.add_argument("--features", type=Path, help="Feast repository; without it none is asked")
    parser.add_argument("--evaluation-store", required=True, help="URL of SQLite or PostgreSQL")
    parser.add_argument("--journal", type=Path, required=True, help="folder for rows on their way")
    parser.add_argument("--settings", type=Path, help="JSON, see Settings")
    parser.add_argument("--traces", help="file for spans, one JSON a line; or 'memory'")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--quiet", action="store_true", help="log warnings only")
    return parser


def build(given: argparse.Namespace) -> Service:
    """The service that the command line describes."""
    settings = Settings()
    if given.settings:
        settings = Settings.model_validate_json(given.settings.read_bytes())
    champions = Champions(_source(given), given.public_key)
    context = None
    if given.features:
        # Seconds for Feast: only who looks columns up waits for them.
        from churn.serving.feast_lookup import FeastLookup, FeatureStore

        lookup = FeastLookup(FeatureStore(repo_path=str(given.features)))
        context = Context(lookup, settings)
    sink = None
    if given.traces:
        from churn.serving.spans import Spans, exporter  # the SDK, as above

        sink = Spans(exporter(given.traces), settings.trace_share)
    return Service(
        settings=settings,
        access=Access.by(settings, read_keys(given.keys)),
        champions=champions,
        predictor=Predictor(lambda: champions.current, context, settings),
        recorder=Recorder(
            Journal(given.journal),
            EvaluationStore(given.evaluation_store),
            settings.move_every,
            sink,
        ),
        sink=sink,
    )


def main() -> None:
    """Serve until SIGTERM or SIGINT: answer what was accepted, keep all rows, and end.

    Ends by itself, with status 1, when the event loop is stuck: have it started again.
    """
    given = arguments().parse_args()
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.WARNING if given.quiet else logging.INFO, handlers=[handler])
    app = create_app(build(given), watchdog=True)
    uvicorn.run(
        app, host=given.host, port=given.port, log_config=None, access_log=False,
        server_header=False, timeout_graceful_shutdown=20,
    )  # fmt: skip


def _source(given: argparse.Namespace) -> Source:
    if given.models:
        return FolderSource(given.models)
    from mlflow import MlflowClient  # seconds, as above

    from churn.serving.registry_source import RegistrySource

    return RegistrySource(MlflowClient(given.registry, given.registry), given.name)


if __name__ == "__main__":
    main()
