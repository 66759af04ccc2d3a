"""Who is known and may do it gets through, nobody else, and all of it is written down."""

import asyncio
import base64
from pathlib import Path

import pytest

from churn.registry import access
from churn.registry.access import AccessControl, Message, Request, wants

CREATE = "/api/2.0/mlflow/registered-models/create"
SEARCH = "/api/2.0/mlflow/registered-models/search"


async def behind(scope: Message, receive: access.Receive, send: access.Send) -> None:
    """Stands for MLflow."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"mlflow"})


def ask(folder: Path, method: str, path: str, header: str | None = None, kind: str = "http") -> int:
    """The status with which a request is answered; the code with which anything else is closed."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [] if header is None else [(b"Authorization", header.encode())]
    scope = {"type": kind, "method": method, "path": path, "headers": headers}
    asyncio.run(AccessControl(behind, folder)(scope, receive, send))
    return int(sent[0].get("status", sent[0].get("code", 0))) if sent else 0


def basic(who: str, token: str) -> str:
    return "Basic " + base64.b64encode(f"{who}:{token}".encode()).decode()


def test_a_reader_reads_and_a_writer_writes(tmp_path: Path) -> None:
    reader = basic("viewer", access.grant(tmp_path, "viewer", "read"))
    writer = basic("ci", access.grant(tmp_path, "ci", "write"))
    tried = [
        ("GET", SEARCH),
        ("POST", SEARCH),
        ("POST", CREATE),
        ("PUT", SEARCH),
        ("DELETE", CREATE),
    ]
    assert [ask(tmp_path, *what, reader) for what in tried] == [200, 200, 403, 403, 403]
    assert [ask(tmp_path, *what, writer) for what in tried] == [200] * 5


def test_who_is_not_known_gets_nothing(tmp_path: Path) -> None:
    token = access.grant(tmp_path, "ci", "write")
    headers = [
        None, "", "Basic", "Basic !!!", f"Bearer {token}", basic("ci", ""), basic("", token),
        basic("ci", token + "x"), basic("other", token), basic("ci", token).replace("Basic", "Digest"),
        "Basic " + base64.b64encode(b"\xff\xfe").decode(),
    ]  # fmt: skip
    assert [ask(tmp_path, "GET", SEARCH, header) for header in headers] == [401] * len(headers)
    assert ask(tmp_path, "GET", SEARCH, basic("ci", token)) == 200
    assert ask(tmp_path, "GET", SEARCH, kind="websocket") == 1008
    # Whether the server is up is no secret; and its own start and end are no request.
    assert ask(tmp_path, "GET", "/health") == 200
    assert ask(tmp_path, "GET", "/health/../api") == 401
    assert ask(tmp_path, "", "", kind="lifespan") == 0


def test_a_grant_ends_when_it_is_taken_back_replaced_or_broken(tmp_path: Path) -> None:
    first = basic("ci", access.grant(tmp_path, "ci", "write"))
    second = basic("ci", access.grant(tmp_path, "ci", "read"))
    other = basic("dev", access.grant(tmp_path, "dev", "read"))
    assert [ask(tmp_path, "GET", SEARCH, one) for one in (first, second, other)] == [401, 200, 200]
    access.revoke(tmp_path, "ci")
    access.revoke(tmp_path, "nobody")
    assert [ask(tmp_path, "GET", SEARCH, one) for one in (second, other)] == [401, 200]
    grants = tmp_path / access.GRANTS
    for broken in ("", "[]", "{", '{"dev": 3}', grants.read_text().replace('"read"', '"own"')):
        grants.write_text(broken)
        assert ask(tmp_path, "GET", SEARCH, other) == 401, broken


def test_the_token_is_kept_nowhere(tmp_path: Path) -> None:
    token = access.grant(tmp_path, "ci", "write")
    ask(tmp_path, "GET", SEARCH, basic("ci", token))
    ask(tmp_path, "GET", SEARCH, basic("ci", "wrong-token"))
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert sorted(file.name for file in files) == [access.GRANTS, access.REQUESTS]
    assert not any(word in file.read_text() for file in files for word in (token, "wrong-token"))
    assert (tmp_path / access.GRANTS).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["", "a:b", "a@b", "a b", "ä"])
def test_a_name_that_an_address_cannot_hold_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="letters, digits"):
        access.grant(tmp_path, name, "read")


def test_every_request_is_written_down_with_the_one_who_made_it(tmp_path: Path) -> None:
    assert access.requests(tmp_path) == []
    header = basic("viewer", access.grant(tmp_path, "viewer", "read"))
    ask(tmp_path, "GET", SEARCH, header)
    ask(tmp_path, "POST", CREATE, header)
    ask(tmp_path, "POST", CREATE, basic("viewer", "x"))
    found = access.requests(tmp_path)
    assert found[0] == Request("viewer", "read", "GET", SEARCH, 200, 6)
    assert [(one.who, one.wanted, one.status) for one in found[1:]] == [
        ("viewer", "write", 403), ("", "write", 401),
    ]  # fmt: skip
    assert [one.refused for one in found] == [False, True, True]


@pytest.mark.parametrize(
    ("method", "path", "wanted"),
    [
        ("HEAD", "/", "read"),
        ("POST", "/ajax-api/2.0/mlflow/runs/search", "read"),
        ("POST", "/api/3.0/mlflow/logged-models/search", "read"),
        # Where the end of a path is the caller's choice, its name says nothing.
        ("POST", "/api/2.0/mlflow-artifacts/mpu/create/api/2.0/mlflow/runs/search", "write"),
        ("POST", "/api/2.0/mlflow/runs/search/", "write"),
        ("POST", "/graphql", "write"),
        ("PATCH", "/api/2.0/mlflow/runs/search", "write"),
        ("get", "/", "write"),
    ],
)
def test_what_is_not_known_to_read_counts_as_writing(method: str, path: str, wanted: str) -> None:
    assert wants(method, path) == wanted


def test_without_a_folder_there_is_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(access.FOLDER, raising=False)
    with pytest.raises(RuntimeError, match="folder with the grants"):
        access.app()
