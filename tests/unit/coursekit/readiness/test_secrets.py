"""What looks like a secret is found, what does not is left alone, and nobody's repository has any."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coursekit import paths
from coursekit.readiness import secrets

ROOT = paths.course_root()
#: Put together here, so that this file holds none.
KEY = "AKIA" + "Z7Q2M4XW9T3B6K8L"
TOKEN = "ghp" + "_" + "a8Kd02LmQ9xZ" * 3
WEB = "eyJ" + "hbGciOiJIUzI1" + ".eyJ" + "zdWIiOiIxMjM0" + "." + "SflKxwRJSMeKKF2QT4"
RANDOM = "q8ZxT3bLr7" + "Wm2KpV9sYd"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (f"aws_id = {KEY}", "Amazon"),
        (f"clone https://{TOKEN}@host", "GitHub"),
        (f"Authorization: Bearer {WEB}", "web token"),
        ("-----BEGIN EC " + "PRIVATE KEY-----", "private key"),
        ("postgresql://churn:" + RANDOM + "@db/churn", "address"),
        (f'API_KEY: "{RANDOM}"', "lot"),
        (f"db.password={RANDOM}", "lot"),
        (f'{{"client_secret": "{RANDOM}"}}', "lot"),
    ],
)
def test_a_secret_is_found_and_not_told(line: str, kind: str) -> None:
    (found,) = secrets.scan_text(f"first line\n{line}\n", "settings.py")
    assert (found.file, found.line) == ("settings.py", 2)
    assert kind in found.kind
    assert RANDOM not in str(found)
    assert secrets.scan_text(f"{line}  # {secrets.ALLOWED}") == []


@pytest.mark.parametrize(
    "line",
    [
        'password = os.environ["DATABASE_PASSWORD"]',
        "password: ${DATABASE_PASSWORD}",
        "token = read_token_from_the_file(path)",
        "api_key = <your key here>",
        "postgresql://churn@db/churn",
        "http://{user}:{password}@host",
        f"sha256: {RANDOM}{RANDOM}",  # no name that promises a secret
        "tokens = max(tokens, tokens - 1)",
    ],
)
def test_what_is_none_is_left_alone(line: str) -> None:
    assert secrets.scan_text(line) == []


def test_a_short_password_looks_like_a_word() -> None:
    # The lesson says so: entropy cannot tell them apart.
    assert secrets.scan_text('password = "hunter22"') == []
    assert secrets.entropy("hunter22") < secrets.MIN_ENTROPY < secrets.entropy(RANDOM)
    assert secrets.entropy("") == 0
    assert secrets.entropy("abcd") == 2


def test_in_a_notebook_sources_and_outputs_are_read_but_no_picture(tmp_path: Path) -> None:
    line = f'token = "{RANDOM}"'
    cells = [
        {"source": ["import os\n", line]},
        {"source": "", "outputs": [{"text": line}, {"data": {"text/plain": [line]}}]},
        {"source": "", "outputs": [{"data": {"image/png": line}}]},
    ]
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps({"cells": cells}))
    (tmp_path / "b.bin").write_bytes(b"\xff" + line.encode())
    found = secrets.scan(tmp_path.iterdir(), tmp_path)
    assert [one.file for one in found] == ["a.ipynb"] * 3


def test_nothing_that_this_course_ships_holds_one() -> None:
    files = [path for name in ("utils", "deploy", "datasets", "benchmarks")
             for path in (ROOT / name).rglob("*")]  # fmt: skip
    known = [path for path in files if path.is_file() and "__pycache__" not in path.parts]
    assert len(known) > 100
    assert secrets.scan(known, ROOT) == []
