"""Long lists of names are shortened in one way."""

import pytest

from coursekit.wording import listed


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a, b"),
        (("a", "b", "c"), "a, b and 1 more"),
        (list("abcde"), "a, b and 3 more"),
    ],
)
def test_what_is_too_many_is_counted(names: list[str], said: str) -> None:
    assert listed(names, 2) == said


def test_six_names_are_named() -> None:
    assert listed(list("abcdef")) == "a, b, c, d, e, f"
    assert listed(list("abcdefg")) == "a, b, c, d, e, f and 1 more"
