"""Who may ask, and how much."""

import json
from pathlib import Path

import pytest

from churn.serving.access import Access, AccessError, fingerprint, read_keys


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def refused(access: Access, key: str | None) -> AccessError:
    with pytest.raises(AccessError) as caught:
        access.admit(key)
    return caught.value


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def access(clock: Clock) -> Access:
    keys = {"one": fingerprint("1"), "two": fingerprint("2")}
    return Access(keys, rate=2.0, burst=3.0, clock=clock)


def test_a_key_names_its_client(access: Access) -> None:
    assert (access.admit("1"), access.admit("2")) == ("one", "two")


@pytest.mark.parametrize("key", [None, "", "3", fingerprint("1")])
def test_no_other_key_opens(access: Access, key: str | None) -> None:
    assert refused(access, key).status == 401


def test_a_client_has_a_burst_and_then_its_rate(access: Access, clock: Clock) -> None:
    for _ in range(3):
        access.admit("1")
    error = refused(access, "1")
    assert (error.status, error.headers["retry-after"]) == (429, "1")
    access.admit("2")  # another client's tokens are its own
    clock.now += 0.5
    access.admit("1")
    assert refused(access, "1").status == 429
    clock.now += 1000
    for _ in range(3):
        access.admit("1")
    assert refused(access, "1").status == 429


def test_a_batch_is_paid_back(access: Access, clock: Clock) -> None:
    access.charge(access.admit("1"), 9)
    assert refused(access, "1").headers["retry-after"] == "4"
    clock.now += 3.4
    assert refused(access, "1").status == 429
    clock.now += 0.2
    access.admit("1")


def test_keys_are_read(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"one": fingerprint("1")}))
    assert read_keys(file) == {"one": fingerprint("1")}


@pytest.mark.parametrize(
    "content",
    [[], {}, {"one": "secret"}, {"one": "X" * 64}, {"one": None},
     dict.fromkeys(("one", "two"), fingerprint("1"))],
)  # fmt: skip
def test_what_is_no_table_of_keys_is_refused(tmp_path: Path, content: object) -> None:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(content))
    with pytest.raises(ValueError, match=r"keys\.json"):
        read_keys(file)
