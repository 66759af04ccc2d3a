"""One rule for a password in an address."""

import pytest

from churn.credentials import passwords_in

#: Put together here, so that a scan of this repository finds none.
WORD = "hunter" + "2"


@pytest.mark.parametrize(
    "text",
    [
        f"postgresql+psycopg://churn:{WORD}@db/scores",
        f"redis://:{WORD}@cache:6379",
        f"scores: postgresql://churn:{WORD}@db:5432/scores  # ours",
        f"--store=postgresql://churn:{WORD}@db/churn",
        f"postgresql+psycopg://db/scores?password={WORD}",
        f"postgresql://db/x?user=churn&sslpassword={WORD}&sslmode=require",
        f"https://hooks.example/in?access_token={WORD}",
        f"churn:{WORD}@db/scores",
        f"'registry': 'churn:{WORD}@db:5432/registry'",
    ],
)
def test_a_password_is_found(text: str) -> None:
    assert passwords_in(text) == [WORD]


@pytest.mark.parametrize("odd", ["a/b", "a:b", "${NAME}tail", "pa$$word", "{x"])
def test_a_password_may_hold_nearly_anything(odd: str) -> None:
    assert passwords_in(f"postgresql://churn:{odd}@db/scores") == [odd]


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://churn@db/scores",
        "postgresql://churn:${PASSWORD}@db/scores",
        "postgresql://db/scores?password=${PASSWORD}",
        "postgresql://db/scores?sslmode=require",
        "http://{user}:{password}@host",
        "http://user:$PASSWORD@host",
        "http://user:<password>@host",
        "http://localhost:5000/users/@me",
        "git@github.com:telco/churn.git",
        "image: registry.telco:5000/churn:1.2.3@sha256:0f4c",
        "churn:1.2.3@sha256:0f4c",
        "mailto:ada@telco.example",
        "2025-04/churn-3@0.1453",
    ],
)
def test_what_is_no_password_is_left_alone(text: str) -> None:
    assert passwords_in(text) == []


def test_all_of_a_text_are_told() -> None:
    text = f"a: x://u:{WORD}1@h/a\nb: x://h/b?password={WORD}3\nc: x://u:{WORD}2@h/c\n"
    assert passwords_in(text) == [f"{WORD}1", f"{WORD}2", f"{WORD}3"]
