"""Who may ask, and how much."""

import json
from pathlib import Path

import pytest

from churn.serving.access import Access, AccessError, fingerprint, read_keys
from churn.serving.backoff import Backoff
from churn.serving.reputation import Conduct
from churn.serving.settings import Settings


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def refused(access: Access, key: str | None, address: str = "") -> AccessError:
    with pytest.raises(AccessError) as caught:
        access.admit(key, address)
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


def test_guesses_make_an_address_pause_and_no_other(access: Access, clock: Clock) -> None:
    for _ in range(6):
        assert refused(access, "guess", "bad").status == 401
    # Not even a right key, or a guesser would learn that it is right.
    assert [refused(access, key, "bad").status for key in ("guess", "1", None)] == [429] * 3
    assert access.admit("1", "good") == "one"
    clock.now += 1.1
    assert refused(access, "guess", "bad").status == 401
    assert refused(access, "1", "bad").headers["retry-after"] == "2"
    clock.now += 2
    assert access.admit("1", "bad") == "one"


def test_a_key_that_was_good_from_there_is_good_though_others_guess(access: Access) -> None:
    access.admit("1", "office")
    for _ in range(6):
        refused(access, "guess", "office")
    assert access.admit("1", "office") == "one"
    assert refused(access, "2", "office").status == 429


def test_who_does_not_wait_waits_longer(clock: Clock) -> None:
    haste = Backoff(free=1, clock=clock)
    access = Access({"one": fingerprint("1")}, rate=1.0, burst=1.0, clock=clock, haste=haste)
    waits = []
    for _ in range(5):
        access.admit("1")
        waits.append([int(refused(access, "1").headers["retry-after"]) for _ in range(3)])
        if len(waits) == 1:
            assert access.reputation.score("one") == 1  # once is free
        clock.now += waits[-1][-1]
    # Asked at the same time, many requests are one haste.
    assert [wait[-1] for wait in waits] == [1, 2, 2, 4, 8]
    assert access.reputation.score("one") < 1


def test_who_waits_does_not(clock: Clock) -> None:
    haste = Backoff(free=0, clock=clock)
    access = Access({"one": fingerprint("1")}, rate=1.0, burst=1.0, clock=clock, haste=haste)
    for _ in range(5):
        access.admit("1")
        assert refused(access, "1").headers["retry-after"] == "1"
        clock.now += 1
    assert access.reputation.score("one") == 1


def test_a_bad_reputation_costs_rate_and_burst(clock: Clock) -> None:
    access = Access({"one": fingerprint("1")}, rate=10.0, burst=100.0, clock=clock)
    access.reputation.note("one", Conduct.ODD, 9)  # 50 of 500: a tenth
    for _ in range(10):
        access.admit("1")
    assert refused(access, "1").status == 429
    clock.now += 1.1
    access.admit("1")
    assert refused(access, "1").status == 429


def test_settings_say_how_patient_it_is(clock: Clock) -> None:
    settings = Settings(rate=1.0, burst=1.0, free_failures=0, longest_pause=7.0)
    access = Access.by(settings, {"one": fingerprint("1")}, clock)
    assert refused(access, "guess").status == 401
    assert refused(access, "guess").headers["retry-after"] == "1"
    for _ in range(9):
        clock.now += 7
        refused(access, "guess")
    assert refused(access, "guess").headers["retry-after"] == "7"


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
