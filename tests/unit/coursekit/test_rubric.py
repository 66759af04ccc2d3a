"""Points of a rubric: shared by weight, all or nothing where that is due, and no error ends it."""

import math
import sys

import pytest

from coursekit.checks import Rubric, close, expect, fail


def test_rubric_shares_the_points_by_weight(capsys: pytest.CaptureFixture[str]) -> None:
    rubric = Rubric(points=4)
    with rubric.check("the rate", weight=3):
        close(0.5, 0.5, "the rate")
    with rubric.check("the count"):
        close(1, 2, "the count")
    assert rubric.total() == 3.0
    assert capsys.readouterr().out.splitlines() == [
        "✔ the rate",
        "✘ the count: the count should be 2, got 1",
        "1 of 2 checks passed",
    ]


def test_rubric_gives_exactly_all_or_nothing() -> None:
    full, none = Rubric(points=3), Rubric(points=3)
    for _ in range(7):
        with full.check("right", weight=0.1):
            pass
        with none.check("wrong", weight=0.1):
            fail("no")
    assert repr(full.total()) == "3.0"
    assert repr(none.total()) == "0.0"


def test_rounding_does_not_make_a_wrong_answer_right() -> None:
    rubric = Rubric(points=1)
    with rubric.check("nearly all", weight=10_000):
        pass
    with rubric.check("not all"):
        fail("no")
    assert rubric.total() == 0.99


class Unspeakable(Exception):  # noqa: N818
    def __str__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (
            ZeroDivisionError("division by zero"),
            "your code raised ZeroDivisionError: division by zero",
        ),
        (NotImplementedError(), "nothing is written here yet"),
        (NameError("name 'f' is not defined", name="f"), "`f` is not defined: run the cell"),
        (SystemExit(3), "your code raised SystemExit: 3"),
        (RecursionError("too deep"), "your code raised RecursionError: too deep"),
        (KeyError("two\nlines"), "your code raised KeyError"),
        (Unspeakable(), "your code raised Unspeakable"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_exception_fails_its_check_only(
    error: BaseException, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    rubric = Rubric(points=2)
    with rubric.check("first"):
        raise error
    with rubric.check("second"):
        pass
    assert rubric.total() == 1.0
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith(f"✘ first: {line}")
    assert out[1:] == ["✔ second", "1 of 2 checks passed"]


def test_an_interrupt_is_passed_on() -> None:
    rubric = Rubric(points=1)
    with pytest.raises(KeyboardInterrupt), rubric.check("endless"):
        raise KeyboardInterrupt


def test_nothing_reaches_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    rubric = Rubric(points=1)
    with rubric.check("noisy"):
        print("a message", file=sys.stderr)
    captured = capsys.readouterr()
    assert captured.err == ""
    assert "a message" in captured.out


def test_a_rubric_without_checks_is_an_error() -> None:
    with pytest.raises(ValueError, match="without checks"):
        Rubric(points=1).total()
    for points in (0, -1, math.nan, "3"):
        with pytest.raises(ValueError, match="positive number"):
            Rubric(points=points)  # type: ignore[arg-type]


@pytest.mark.parametrize("validating", [True, False])
def test_validation_reads_the_failures_on_stderr(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], validating: bool
) -> None:
    if validating:
        monkeypatch.setenv("NBGRADER_VALIDATING", "1")
    rubric, right = Rubric(points=2), Rubric(points=1)
    with rubric.check("one"), right.check("one"):
        pass
    with rubric.check("two"):
        expect(False, "the sum should be 3")
    assert (rubric.total(), right.total()) == (1.0, 1.0)
    assert capsys.readouterr().err == ("✘ two: the sum should be 3\n" if validating else "")
