"""How the `course` command speaks: whatever a person gave is text, never markup.

Names, messages and file names go through :func:`say`, :func:`fail`, :func:`status`, :func:`bar` or
:func:`tracked`. The console knows no markup and no codes of emoji; what would move the cursor, or cannot
be encoded, is replaced.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.status import Status
from rich.text import Text

Mark = Literal["✔", "✘", "·", ""]

console = Console(markup=False, emoji=False, highlight=False)

_COLOURS: dict[Mark, str] = {"✔": "green", "✘": "red", "·": "yellow", "": ""}
#: Control characters but for the tab and the end of a line, marks that turn the direction of
#: writing, and halves of surrogate pairs, as which bytes of a file name arrive that are no UTF-8.
_UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def printable(text: str) -> str:
    """The text with a replacement for each character that a terminal would obey or refuse."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def say(text: str, mark: Mark = "") -> None:
    """Print lines of text as they are, a coloured mark before the first; the terminal wraps them."""
    shown = Text.assemble((mark, _COLOURS[mark]), " " if mark else "", printable(text))
    console.print(shown, soft_wrap=True)


def fail(sentence: str, code: int = 1) -> typer.Exit:
    """Say what is wrong; raise what is returned, to end the command."""
    say(sentence, "✘")
    return typer.Exit(code)


def status(text: str) -> Status:
    """A line that is shown as long as the `with` statement runs."""
    return console.status(Text(printable(text)))


def tracked[T](items: Sequence[T], doing: str) -> Iterator[T]:
    """The items, with a bar for how many of them are done."""
    with bar(doing, len(items)) as done:
        for number, item in enumerate(items):
            done(number)
            yield item


@contextmanager
def bar(doing: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar, and the function that is to be told how many of all are done."""
    with bar_on(console, "{task.description}") as progress:
        task = progress.add_task(printable(doing), total=total)
        yield lambda done: progress.update(task, completed=done)


def bar_on(console: Console, text: str) -> Progress:
    """A bar that begins with a text, which has the fields of its task; none but on a terminal."""
    return Progress(
        TextColumn(text, markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
