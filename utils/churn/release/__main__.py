"""Run the router:  python -m churn.release --order FILE --state FILE --keys FILE --port PORT"""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

import uvicorn

from churn.release.admin import Admin, fresh
from churn.release.backends import Backends
from churn.release.router import Router
from churn.release.settings import Settings
from churn.release.watch import Order, State
from churn.serving.access import read_keys
from churn.serving.tracing import JsonFormatter


def arguments() -> argparse.ArgumentParser:
    """What can be given on the command line."""
    parser = argparse.ArgumentParser(prog="python -m churn.release", description=__doc__)
    parser.add_argument("--order", type=Path, required=True, help="JSON, see Order; for the start")
    parser.add_argument(
        "--state", type=Path, required=True, help="kept here; counts before --order"
    )
    parser.add_argument("--keys", type=Path, required=True, help="JSON: who may release")
    parser.add_argument("--settings", type=Path, help="JSON, see Settings")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--quiet", action="store_true", help="log warnings only")
    return parser


def build(given: argparse.Namespace) -> Router:
    """The router that the command line describes."""
    settings = Settings()
    if given.settings:
        settings = Settings.model_validate_json(given.settings.read_bytes())
    if given.state.exists():
        state = State.model_validate_json(given.state.read_bytes())
    else:
        state = fresh(Order.model_validate_json(given.order.read_bytes()))
    backends = Backends(settings.check_every, settings.check_patience)
    return Router(Admin(state, backends, read_keys(given.keys), given.state), settings)


def main() -> None:
    """Route until SIGTERM or SIGINT, and finish what is under way."""
    given = arguments().parse_args()
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.WARNING if given.quiet else logging.INFO, handlers=[handler])
    uvicorn.run(
        build(given), host=given.host, port=given.port, log_config=None, access_log=False,
        server_header=False, timeout_graceful_shutdown=10, timeout_keep_alive=60,
    )  # fmt: skip


if __name__ == "__main__":
    main()
