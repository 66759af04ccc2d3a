"""Who may ask, and how much: API keys and a rate limit for each of them.

Keys are kept as SHA-256, so that a settings file that leaks opens nothing. The limit counts what one
process answers: behind a balancer with n replicas a client gets up to n times as much.
"""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

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


class Access:
    """Token buckets, one for each client.

    A request is admitted while its client has a token left, and takes one for each customer. A large
    batch may take more than there are; its client waits until they are paid back. So a batch of any
    size is answered sooner or later, and nobody gets more than ``rate`` in the long run.
    """

    def __init__(
        self,
        keys: Mapping[str, str],
        rate: float,
        burst: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        # Looked up by its hash, a guessed key tells nothing by the time that the look-up takes.
        self._clients = {digest: client for client, digest in keys.items()}
        self._rate, self._burst, self._clock = rate, burst, clock
        self._buckets = {client: _Bucket(burst, clock()) for client in keys}

    def admit(self, key: str | None) -> str:
        """The client whose key this is; takes a token.

        Raises:
            AccessError: 401 without a known key, 429 when it has used up its tokens.
        """
        client = None if key is None else self._clients.get(fingerprint(key))
        if client is None:
            detail = f"a valid API key is needed in the header {HEADER}"
            raise AccessError(401, detail, {"www-authenticate": "ApiKey"})
        bucket, now = self._buckets[client], self._clock()
        bucket.tokens = min(self._burst, bucket.tokens + self._rate * (now - bucket.filled))
        bucket.filled = now
        if bucket.tokens < 1:
            wait = math.ceil((1 - bucket.tokens) / self._rate)
            raise AccessError(429, "too many requests", {"retry-after": str(wait)})
        bucket.tokens -= 1
        return client

    def charge(self, client: str, customers: int) -> None:
        """Take the tokens of a batch, beyond the one that :meth:`admit` took."""
        self._buckets[client].tokens -= customers - 1
