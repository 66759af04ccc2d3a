"""Patterns find what they describe, and do not what only looks like it."""

import math

import pytest

from churn.assistant import pii, toxicity


@pytest.mark.parametrize(
    ("number", "right"),
    [
        ("4111 1111 1111 1111", True),  # the usual test number of card processors
        ("5500-0000-0000-0004", True),
        ("4111 1111 1111 1112", False),
        ("0", False),
    ],
)
def test_luhn(number: str, right: bool) -> None:
    assert pii.luhn(number) is right


@pytest.mark.parametrize(
    ("number", "right"),
    [
        # The examples of the registry of ISO 13616.
        ("DE89 3704 0044 0532 0130 00", True),
        ("GB29 NWBK 6016 1331 9268 19", True),
        ("DE88 3704 0044 0532 0130 00", False),
    ],
)
def test_iban(number: str, right: bool) -> None:
    assert pii.iban(number) is right


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Write to ada.novak@example.com please.", "Write to [email] please."),
        ("Call (415) 555-0142 or +1 415 555 0143.", "Call [phone] or [phone]."),
        ("My card is 4111111111111111.", "My card is [card]."),
        ("My order is 8841 2073 5519 6620.", "My order is 8841 2073 5519 6620."),
        ("IBAN DE89 3704 0044 0532 0130 00.", "IBAN [iban]."),
        ("I was born on 1984-03-12, and wrote on 2024-03-12.", "I was born on [birthday], and wrote on 2024-03-12."),
        ("My name is Ada Novak. We live at 7 Hill Road.", "My name is [name]. We live at [address]."),
        # What patterns miss, and where they cry wolf.
        ("ada at example dot com", "ada at example dot com"),
        ("Please ask for Ada Novak.", "Please ask for Ada Novak."),
        ("The shop at 90 Market Street", "The shop at [address]"),
        ("nothing here", "nothing here"),
    ],
)  # fmt: skip
def test_mask(text: str, masked: str) -> None:
    assert pii.mask(text) == masked


def test_measured_counts_finds_and_misses() -> None:
    texts = ["ada@example.com", "ada at example dot com", "call 415-555-0142", "no one"]
    truth = [[("email", 0, 15)], [("email", 0, 22)], [], []]
    rows = pii.measured(texts, truth).to_dict("index")
    email, phone = rows["email"], rows["phone"]
    assert (email["there"], email["found"], email["missed"], email["false"]) == (2, 1, 1, 0)
    assert email["recall"] == 0.5
    assert (phone["there"], phone["false"]) == (0, 1)
    assert math.isnan(phone["recall"])
    assert rows["all"]["precision"] == 0.5


def test_a_find_of_another_kind_does_not_count() -> None:
    rows = pii.measured(["ada@example.com"], [[("name", 0, 15)]]).to_dict("index")
    assert rows["name"]["missed"] == 1
    assert rows["email"]["false"] == 1


@pytest.mark.parametrize(
    ("text", "by_word", "with_context"),
    [
        ("You are idiots.", True, True),
        ("Your agent is an id1ot.", False, True),
        ("You are m o r o n s.", False, True),
        ("This stupid box drives me mad.", True, False),
        ("You are right. The stupid box again.", True, False),
        ("People like you should not be allowed near a phone.", False, False),
        ("My bill is 400 dollars.", False, False),
    ],
)
def test_insults(text: str, by_word: bool, with_context: bool) -> None:
    assert toxicity.simple(text) is by_word
    assert toxicity.insults(text) is with_context
