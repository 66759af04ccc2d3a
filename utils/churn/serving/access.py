"""Who may ask, and how much: API keys, a rate limit for each of them, and less for who abuses it.

Keys are kept as SHA-256, so that a settings file that leaks opens nothing. Limits, pauses and
reputations count what one process answers: behind a balancer with n replicas a client gets up to n
times as much. An address is that of the connection; behind a proxy, uvicorn puts the caller's in its
place (``--forwarded-allow-ips``).
"""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from churn.serving.backoff import Backoff
from churn.serving.reputation import Conduct, Reputation
from churn.serving.settings import Settings

HEADER = "x-api-key"


class AccessError(PermissionError):
    """A request that is not answered: status 401 or 429, a sentence, and headers."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str]) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers


def fingerprint(key: str) -> str:
    """What is kept of an API key."""
    return hashlib.sha256(key.encode()).hexdigest()


def read_keys(file: Path) -> dict[str, str]:
    """Clients and the fingerprints of their keys, from a JSON object.

    Raises:
        ValueError: if the file holds something else, or two clients share a key.
    """
    read = json.loads(file.read_text(encoding="utf-8"))
    if not isinstance(read, dict) or not read:
        raise ValueError(f"{file.name} must be a JSON object of clients and fingerprints")
    for client, digest in read.items():
        hexadecimal = isinstance(digest, str) and len(digest) == 64
        if not hexadecimal or not set(digest) <= set("0123456789abcdef"):
            raise ValueError(f"{file.name}: {client} has no SHA-256 in hexadecimal digits")
    if len(set(read.values())) < len(read):
        raise ValueError(f"{file.name}: two clients share a key")
    return read


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled: float
    told: float = -math.inf  # until when it was told to wait
    early: bool = False  # whether it has asked in that time


class Access:
    """Token buckets, one for each client, filled as its reputation allows.

    A request is admitted while its client has a token left, and takes one for each customer. A large
    batch may take more than there are; its client waits until they are paid back. So a batch of any
    size is answered sooner or later, and nobody gets more than ``rate`` in the long run.

    Args:
        keys: clients and fingerprints.
        rate: tokens a second for a client with the best reputation.
        burst: tokens that such a client may save up.
        reputation: by default one that forgets within hours.
        guesses: pauses of addresses that send wrong keys.
        haste: pauses of clients that do not wait as long as they are told to.
    """

    def __init__(
        self,
        keys: Mapping[str, str],
        rate: float,
        burst: float,
        clock: Callable[[], float] = time.monotonic,
        *,
        reputation: Reputation | None = None,
        guesses: Backoff | None = None,
        haste: Backoff | None = None,
    ) -> None:
        # Looked up by its hash, a guessed key tells nothing by the time that the look-up takes.
        self._clients = {digest: client for client, digest in keys.items()}
        self._rate, self._burst, self._clock = rate, burst, clock
        self._buckets = {client: _Bucket(burst, clock()) for client in keys}
        self.reputation = reputation or Reputation(clock=clock)
        self.guesses = guesses or Backoff(clock=clock)
        self.haste = haste or Backoff(clock=clock)
        self._seen: set[tuple[str, str]] = set()

    @classmethod
    def by(
        cls,
        settings: Settings,
        keys: Mapping[str, str],
        clock: Callable[[], float] = time.monotonic,
    ) -> Access:
        """As a service's settings say."""
        free, longest = settings.free_failures, settings.longest_pause
        return cls(
            keys, settings.rate, settings.burst, clock,
            reputation=Reputation(settings.reputation_half_life, clock=clock),
            guesses=Backoff(free, longest=longest, clock=clock),
            haste=Backoff(free, longest=longest, clock=clock),
        )  # fmt: skip

    def admit(self, key: str | None, address: str = "") -> str:
        """The client whose key this is; takes a token.

        While an address pauses for wrong keys, only keys are looked at that were good from there
        before: whoever guesses learns nothing, and who shares the address with them does not suffer.

        Raises:
            AccessError: 401 without a known key; 429 while the address pauses, or when the client has
                used up its tokens.
        """
        client = None if key is None else self._clients.get(fingerprint(key))
        if (client or "", address) not in self._seen and (left := self.guesses.left(address)):
            raise _wait("too many wrong keys", left)
        if client is None:
            self.guesses.fail(address)
            detail = f"a valid API key is needed in the header {HEADER}"
            raise AccessError(401, detail, {"www-authenticate": "ApiKey"})
        # Bounded: by so many addresses a client can be known, and by no more.
        if len(self._seen) < self.guesses.names:
            self._seen.add((client, address))
        self._take(client)
        return client

    def charge(self, client: str, customers: int) -> None:
        """Take the tokens of a batch, beyond the one that :meth:`admit` took."""
        self._buckets[client].tokens -= customers - 1

    def _take(self, client: str) -> None:
        bucket, now = self._buckets[client], self._clock()
        share = self.reputation.share(client)
        rate, burst = self._rate * share, self._burst * share
        bucket.tokens = min(max(burst, 1.0), bucket.tokens + rate * (now - bucket.filled))
        bucket.filled = now
        if now < bucket.told and not bucket.early:
            # Once for each wait: fifty requests sent at the same time are one haste.
            bucket.early = True
            if self.haste.fail(client):
                self.reputation.note(client, Conduct.EARLY)
        left = max((1 - bucket.tokens) / rate, self.haste.left(client))
        if left > 0:
            if now >= bucket.told:
                bucket.early = False
            bucket.told = max(bucket.told, now + left)
            raise _wait("too many requests", left)
        bucket.tokens -= 1


def _wait(detail: str, seconds: float) -> AccessError:
    return AccessError(429, detail, {"retry-after": str(math.ceil(seconds))})
