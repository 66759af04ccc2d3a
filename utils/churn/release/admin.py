"""For those who release: give an order, see how it stands, say what answers brought, go back.

``GET /release`` is the report, ``PUT /release`` an order, ``POST /release/values`` dollars by version,
``POST /release/back`` a reason. All want an API key.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from starlette.types import Scope

from churn.release.answers import Answer, answer_json, problem
from churn.release.backends import Backends
from churn.release.watch import Order, OrderError, State, Watch
from churn.serving import access

log = logging.getLogger("churn.release")
_KEY = access.HEADER.encode()


class Admin:
    """What the router knows and does by order.

    Args:
        keys: fingerprints of the API keys that may give orders, by client, as in
            :func:`churn.serving.access.read_keys`.
        save: the file for the state, written whenever who answers has changed; None keeps none.

    Attributes:
        copying: copies that are under way.
        not_copied: requests that were not copied because too many were.
    """

    def __init__(
        self, state: State, backends: Backends, keys: Mapping[str, str], save: Path | None = None
    ) -> None:
        self.watch, self.backends = Watch(state), backends
        self.backends.set(state.order.servers)
        self._allowed, self._save = frozenset(keys.values()), save
        self.copying = self.not_copied = 0

    async def answer(self, scope: Scope, body: bytes) -> Answer:
        """To a request below ``/release``."""
        key = next((value for name, value in scope["headers"] if name == _KEY), b"")
        if access.fingerprint(key.decode("latin-1")) not in self._allowed:
            return problem(401, f"a key that may release is needed in {access.HEADER}")
        call = scope["method"], scope["path"].removeprefix("/release")
        try:
            if call == ("PUT", ""):
                await self.follow(Order.model_validate_json(body))
            elif call == ("POST", "/back"):
                if self.watch.go_back(str(json.loads(body)["reason"])):
                    self._went_back()
            elif call == ("POST", "/values"):
                self._valued(json.loads(body))
            elif call != ("GET", ""):
                return problem(404, "there is no such order")
        except OrderError as error:
            return problem(409, str(error))
        except (ValidationError, ValueError, TypeError, KeyError, AttributeError) as error:
            return problem(422, f"this is no order: {error}")
        return answer_json(200, self.report())

    async def follow(self, order: Order) -> None:
        """Do as told; raises :class:`churn.release.watch.OrderError` if that cannot be done."""
        self.watch.follow(order)
        self.backends.set(order.servers)
        self.keep()
        # A new server is asked now, or it would be passed over until the next look.
        await self.backends.check()

    def note(self, version: str, failed: bool, seconds: float) -> None:
        """Count what a server did, and go back if that was too much."""
        if self.watch.answered(version, failed, seconds):
            self._went_back()

    def compared(self, version: str, differ: bool) -> None:
        """Count a comparison, and go back if it was one too many."""
        if self.watch.compared(version, differ):
            self._went_back()

    def keep(self) -> None:
        """Write the state where the next process finds it, whole or not at all."""
        if self._save is not None:
            draft = self._save.with_suffix(".draft")
            draft.write_text(self.watch.state.model_dump_json(), encoding="utf-8")
            draft.replace(self._save)

    def report(self) -> dict[str, Any]:
        """All that is known of the release."""
        state, verdict = self.watch.state, self.watch.verdict()
        excess = {name: list(interval) for name, interval in verdict.excess.items()}
        servers = {
            name: {"version": one.server.version, "up": one.up, "in_flight": one.in_flight}
            for name, one in self.backends.named.items()
        }
        return {
            "status": state.status, "reason": state.reason, "old": state.old, "new": state.new,
            "traffic": state.order.traffic.model_dump(mode="json"), "servers": servers,
            "verdict": {"action": verdict.action, "reason": verdict.reason, "excess": excess},
            "evidence": {name: one.model_dump() for name, one in state.evidence.items()},
            "copying": self.copying, "not_copied": self.not_copied,
        }  # fmt: skip

    def _valued(self, brought: dict[str, list[float]]) -> None:
        values = {
            str(version): [float(one) for one in dollars] for version, dollars in brought.items()
        }
        if not all(math.isfinite(one) for dollars in values.values() for one in dollars):
            raise ValueError("dollars are numbers")
        for version, dollars in values.items():
            if self.watch.valued(version, dollars):
                self._went_back()

    def _went_back(self) -> None:
        state = self.watch.state
        more = {"release": self.watch.traffic.release, "reason": state.reason}
        log.warning("went back to version %s", state.old, extra=more)
        self.keep()


def fresh(order: Order) -> State:
    """The state of a router that starts with an order and has seen nothing."""
    watch = Watch(State(order=order))
    watch.follow(order)
    return watch.state
