"""Who may read and who may write in a registry: asked before every request to an MLflow server.

    token = access.grant(folder, "staging", "write")
    address = access.address("http://127.0.0.1:5000", "staging", token)
    MlflowClient(address, address).create_registered_model("churn")

The server is ``mlflow server --app-name registry-access``: MLflow finds :func:`app` by the entry point
``mlflow.app``, and :class:`AccessControl` stands in front of everything that MLflow answers. It fails
closed: who is not known, or whose grant cannot be read, gets nothing; what is not known to read only
counts as writing. Each request is written down with the one who made it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import re
import secrets
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

May = Literal["read", "write"]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Message, Receive, Send], Awaitable[None]]

#: Variables of the server: the folder with the grants, and whether it ends with its standard input.
FOLDER, ENDS_WITH_STDIN = "CHURN_REGISTRY_ACCESS", "CHURN_REGISTRY_ENDS_WITH_STDIN"
#: In that folder: who may do what, and what was asked for.
GRANTS, REQUESTS = "access.json", "requests.jsonl"
#: Anybody may ask whether the server is up.
OPEN = ("/health",)
#: Searches are sent as POST and change nothing. Anything else that is sent so may.
_SEARCH = re.compile(
    r"/(ajax-)?api/\d\.\d/mlflow/"
    r"(experiments|runs|logged-models|registered-models|model-versions)/search"
)


@dataclass(frozen=True)
class Request:
    """One request to a registry, as it was written down.

    Attributes:
        who: the name; empty if nobody known asked.
        wanted: whether it would have read or written.
        method: of HTTP.
        path: without the query.
        status: of the answer; 401 and 403 are refusals.
        sent: bytes of the answer's body.
    """

    who: str
    wanted: May
    method: str
    path: str
    status: int
    sent: int

    @property
    def refused(self) -> bool:
        """Whether the one who asked was turned away."""
        return self.status in (401, 403)


def grant(folder: Path, who: str, may: May) -> str:
    """Let somebody into a registry; a running server heeds it from the next request on.

    Args:
        folder: of the registry's server.
        who: letters, digits, ``-`` and ``_``; an earlier grant of that name ends.
        may: ``read``, or ``write``, which includes reading.

    Returns:
        The token, which is kept nowhere: the folder holds its SHA-256.

    Raises:
        ValueError: for another name.
    """
    if not re.fullmatch(r"[\w-]+", who, re.ASCII):
        raise ValueError(f"a name has letters, digits, - and _ only, not {who!r}")
    token = secrets.token_urlsafe(32)
    _write(folder, _grants(folder) | {who: {"may": may, "sha256": _hash(token)}})
    return token


def revoke(folder: Path, who: str) -> None:
    """Let somebody in no longer; nothing happens if nobody of that name was."""
    _write(folder, {name: held for name, held in _grants(folder).items() if name != who})


def address(server: str, who: str, token: str) -> str:
    """The server's address with a credential in it: a secret, like the address of a database."""
    parts = urlsplit(server)
    return urlunsplit(parts._replace(netloc=f"{who}:{token}@{parts.netloc}"))


def requests(folder: Path) -> list[Request]:
    """Every request to a registry so far, in its order."""
    log = folder / REQUESTS
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return [Request(**json.loads(line)) for line in lines]


class AccessControl:
    """Stands before an ASGI app and lets through what is granted."""

    def __init__(self, behind: Asgi, folder: Path) -> None:
        self.behind, self.folder = behind, folder

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request, or hand it on."""
        if scope["type"] == "lifespan" or scope.get("path") in OPEN:
            await self.behind(scope, receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self._http(scope, receive, send)

    async def _http(self, scope: Message, receive: Receive, send: Send) -> None:
        who, may = self._known(scope)
        method, path = str(scope["method"]), str(scope["path"])
        wanted = wants(method, path)
        found = {"status": 500, "sent": 0}

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                found["status"] = message["status"]
            found["sent"] += len(message.get("body", b""))
            await send(message)

        try:
            if may is None:
                said = "this registry does not know who you are, or your token is not valid"
                await _refuse(watched, 401, "UNAUTHENTICATED", said)
            elif wanted == "write" and may != "write":
                said = f"{who} may read in this registry, not write"
                await _refuse(watched, 403, "PERMISSION_DENIED", said)
            else:
                await self.behind(scope, receive, watched)
        finally:
            request = Request(who, wanted, method, path, found["status"], found["sent"])
            with (self.folder / REQUESTS).open("a", encoding="utf-8") as log:
                log.write(json.dumps(asdict(request)) + "\n")

    def _known(self, scope: Message) -> tuple[str, May | None]:
        """Who asks, and what is granted; nobody and nothing where that is not certain."""
        headers = {bytes(name).lower(): bytes(value) for name, value in scope["headers"]}
        kind, _, text = headers.get(b"authorization", b"").partition(b" ")
        try:
            who, _, token = base64.b64decode(text, validate=True).decode().partition(":")
            held = _grants(self.folder)[who]
            valid = hmac.compare_digest(held["sha256"], _hash(token))
        except (binascii.Error, ValueError, KeyError, TypeError, OSError):
            return "", None
        if kind.lower() != b"basic" or not valid or held.get("may") not in ("read", "write"):
            return "", None
        return who, "write" if held["may"] == "write" else "read"


def wants(method: str, path: str) -> May:
    """Whether a request to MLflow reads only, or may write."""
    reads = method in ("GET", "HEAD") or (method == "POST" and _SEARCH.fullmatch(path))
    return "read" if reads else "write"


def app() -> Asgi:
    """MLflow's own app behind the access control, for ``mlflow server``.

    Raises:
        RuntimeError: if the variable with the folder of the grants is not set.
    """
    folder = os.environ.get(FOLDER)
    if not folder:
        raise RuntimeError(f"{FOLDER} must name the folder with the grants of this registry")
    # Here, because it is the whole server, which who grants or asks does not need.
    from mlflow.server.fastapi_app import app as behind

    if os.environ.get(ENDS_WITH_STDIN):
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    return AccessControl(behind, Path(folder))


def _end_with_stdin() -> None:
    """End this server when the one who started it closes its standard input, or is gone."""
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


async def _refuse(send: Send, status: int, code: str, said: str) -> None:
    # The form in which MLflow's client expects an error.
    body = json.dumps({"error_code": code, "message": said}).encode()
    headers = [(b"content-type", b"application/json")]
    if status == 401:
        headers.append((b"www-authenticate", b'Basic realm="registry"'))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _hash(token: str) -> str:
    # A random token of 256 bits needs no slow hash, which is for what people choose.
    return hashlib.sha256(token.encode()).hexdigest()


def _grants(folder: Path) -> dict[str, dict[str, str]]:
    file = folder / GRANTS
    found: dict[str, dict[str, str]] = json.loads(file.read_text()) if file.exists() else {}
    return found


def _write(folder: Path, grants: dict[str, dict[str, str]]) -> None:
    draft = folder / f"{GRANTS}.draft"
    draft.touch(0o600)
    draft.write_text(json.dumps(grants))
    draft.replace(folder / GRANTS)
