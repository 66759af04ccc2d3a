"""While a batch is graded each learner gets a line, in order and as it was typed."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from coursecli.progress import graded_with_progress
from grader.engines.pool import OnProgress
from grader.outcomes import Outcome, Submission

BATCH = [Submission(name, "lab", Path()) for name in ("ada", "bob")]
GRADED = Outcome("ada", "lab", "graded", "", 3.5, 6.0, 1.25)
FAILED = Outcome("bob", "lab", "failed", "[red]x[/] 1: :x: " + "long " * 40, 0.0, 6.0, 0.06)


def shown(console: Console) -> list[str]:
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue().splitlines()


def grade(on_progress: OnProgress) -> Iterator[Outcome]:
    on_progress(BATCH[0], "unchanged")
    on_progress(BATCH[1], "running")
    yield GRADED
    on_progress(BATCH[1], "failed")
    yield FAILED


def test_where_nobody_looks_on_there_are_only_the_lines() -> None:
    console = Console(file=io.StringIO(), width=60)
    assert graded_with_progress(console, BATCH, grade) == [GRADED, FAILED]
    ada, bob = shown(console)
    assert ada == "         ada: 3.5/6 graded  (graded before)"
    assert bob.startswith("         bob: 0/6 failed [red]x[/] 1: :x: long long")
    assert bob.endswith("long  (0.1 s)")


def test_on_a_terminal_the_bar_counts_what_is_done() -> None:
    console = Console(file=io.StringIO(), width=120, force_terminal=True)
    graded_with_progress(console, BATCH, grade)
    text = "".join(shown(console))
    assert "0/2" in text
    assert "2/2" in text
    assert "bob" in text


def test_an_exception_ends_the_bar_and_goes_on() -> None:
    console = Console(file=io.StringIO())

    def cut_off(on_progress: OnProgress) -> Iterator[Outcome]:
        yield GRADED
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        graded_with_progress(console, BATCH, cut_off)
    assert "ada: 3.5/6 graded  (1.2 s)" in "".join(shown(console))
